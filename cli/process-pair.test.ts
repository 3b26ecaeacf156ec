import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import { publishRandomBundle } from "../test/fixtures/random-bundle.ts";
import { listeningEvent } from "../test/support/listening-records.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { startPair } from "./process-pair.ts";
import { connectClient } from "./recommender-client.ts";

test("where the scorer cannot start, ingest does not go on alone", async (t) => {
  const home = join(temporaryFolder(), "home");
  const bundle = join(home, "bundle");
  const sizes = { tracks: 10, dimension: 4, hidden: 4 };
  await publishRandomBundle(bundle, { ...sizes, features: [], seed: 1 });
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const pair = startPair({
    home,
    bundle,
    host: "127.0.0.1",
    port,
    brokers: undefined,
    topicPrefix: "",
    signal: new AbortController().signal,
  });
  await assert.rejects(pair, /segue serve did not start/);
  assert.equal(runningWith(home), "", "no process of this home is left");
});

test("an ingest that SIGBUS ends is started again, and the scorer serves on", async (t) => {
  const home = join(temporaryFolder(), "home");
  const bundle = join(home, "bundle");
  const sizes = { tracks: 10, dimension: 4, hidden: 4 };
  await publishRandomBundle(bundle, { ...sizes, features: [], seed: 1 });
  const stop = new AbortController();
  const pair = await startPair({
    home,
    bundle,
    host: "127.0.0.1",
    port: 0,
    brokers: undefined,
    topicPrefix: "",
    signal: stop.signal,
  });
  const client = connectClient(pair.address);
  const [died, scorer] = ["ingest", "serve"].map((name) => processesOf(name, home)[0]);
  process.kill(died!, "SIGBUS");
  const diedMs = performance.now();
  await client.publish(listeningEventToWire(listeningEvent({ happenedAtMs: Date.now() })));
  while (!(await client.getListener("ann")).known) await sleep(20);
  t.diagnostic(`figure: heard again after ${Math.round(performance.now() - diedMs)} ms`);
  assert.notEqual(processesOf("ingest", home)[0], died);
  assert.equal(processesOf("serve", home)[0], scorer);
  client.close();
  stop.abort();
  await pair.finished;
  assert.equal(runningWith(home), "", "no process of this home is left");
});

/** The process ids of `segue NAME` on a home. */
function processesOf(name: string, home: string): number[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid,args"], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.includes(`segue.ts ${name} --home ${home}`))
    .map((line) => Number.parseInt(line, 10));
}

/** The processes whose command line holds `text`, but for the one that looks. */
function runningWith(text: string): string {
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.includes(text))
    .join("\n");
}
