import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, truncateSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import { publishRandomBundle } from "../test/fixtures/random-bundle.ts";
import { listeningEvent } from "../test/support/listening-records.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { startPair } from "./process-pair.ts";
import { type Client, connectClient } from "./recommender-client.ts";

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

test("who dies inside of LMDB is started again alone, and the store is made anew", async (t) => {
  const { home, address, client, said, stop } = await heardPair(t);
  const [ingest, scorer] = ["ingest", "serve"].map((name) => processesOf(name, home)[0]);
  // Both have the file mapped; whoever touches a page behind its new end gets SIGBUS.
  truncateSync(join(home, "state", "data.mdb"), META_BYTES);
  const cutMs = performance.now();
  await client.publish(playOf("bea"));
  let asked = 0;
  while (!(await client.getListener("bea").catch(() => undefined))?.known) {
    assert.equal((await listFor(client)).length, 5);
    asked += 1;
    await sleep(20);
  }
  const heardMs = msSince(cutMs);
  assert.match(said(), /segue ingest ended with SIGBUS/);
  assert.ok(existsSync(join(home, "state.damaged-1")), "the damaged store was set aside");
  const [another] = processesOf("ingest", home);
  assert.notEqual(another, ingest);
  assert.equal(processesOf("serve", home)[0], scorer);
  assert.ok((await client.getListener("ann")).known, "the log has told of the others, too");

  process.kill(scorer!, "SIGBUS");
  const diedMs = performance.now();
  while (!(await isServed(address))) await sleep(20);
  const lists = `a scorer that died, lists again after ${msSince(diedMs)} ms`;
  assert.equal(processesOf("ingest", home)[0], another);
  const heard = `${asked} lists meanwhile, none failed, heard again after ${heardMs} ms`;
  t.diagnostic(`figure: ingest dead inside of LMDB: ${heard}; ${lists}`);
  await stop();
});

/** LMDB's two meta pages, without which no process would have the file open. */
const META_BYTES = 8192;

/** Ingest and scorer that have heard of "ann", in a home of their own. */
async function heardPair(t: TestContext) {
  const home = join(temporaryFolder(), "home");
  const bundle = join(home, "bundle");
  const sizes = { tracks: 10, dimension: 4, hidden: 4 };
  await publishRandomBundle(bundle, { ...sizes, features: [], seed: 1 });
  const said = t.mock.method(process.stderr, "write", () => true);
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
  await client.publish(playOf("ann"));
  await untilKnown(client, "ann");
  return {
    home,
    address: pair.address,
    client,
    said: () => said.mock.calls.map(({ arguments: [text] }) => text).join(""),
    async stop() {
      client.close();
      stop.abort();
      await pair.finished;
      assert.equal(runningWith(home), "", "no process of this home is left");
    },
  };
}

function playOf(listener: string) {
  return listeningEventToWire(listeningEvent({ listener, happenedAtMs: Date.now() }));
}

async function listFor(client: Client) {
  return (await client.nextTracks({ listener: "ann", k: 5 })).tracks;
}

/** Asked over a connection of its own: one that broke waits a second before it tries again. */
async function isServed(address: string): Promise<boolean> {
  const client = connectClient(address, { ownConnection: true });
  const tracks = await listFor(client).catch(() => []);
  client.close();
  return tracks.length === 5;
}

async function untilKnown(client: Client, listener: string): Promise<void> {
  while (!(await client.getListener(listener)).known) await sleep(20);
}

function msSince(beganMs: number): number {
  return Math.round(performance.now() - beganMs);
}

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
