import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectClient } from "../cli/recommender-client.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SEGUE = fileURLToPath(new URL("../cli/segue.ts", import.meta.url));
const READY = /^segue is ready: page http:\S+, grpc (\S+), first list after [\d.]+ s$/;

test("a start shows what a skip does, serves, ends on a signal, and starts again", async (t) => {
  const home = join(temporaryFolder(), "home");
  for (const round of ["first", "second"]) {
    const child = spawn(process.execPath, [SEGUE, "start", "--home", home, "--port", "0"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(() => child.kill("SIGKILL"));
    const { lines, address } = await untilReady(child);
    const text = lines.join("\n");
    assert.match(text, /Before: the next tracks for/);
    assert.match(text, /is skipped after 4 s/);
    assert.match(text, /tracks left the list/);
    t.diagnostic(`${round}: ${lines.at(-1)}`);
    await assertServes(address);
    child.kill("SIGTERM");
    assert.equal((await once(child, "exit"))[0], 0, `the ${round} start ends in order`);
  }
});

async function untilReady(child: ChildProcess): Promise<{ lines: string[]; address: string }> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    const address = READY.exec(line)?.[1];
    if (address !== undefined) return { lines, address };
  }
  throw new Error(`start ended before it was ready:\n${lines.join("\n")}`);
}

async function assertServes(address: string): Promise<void> {
  const client = connectClient(address);
  const { tracks } = await client.nextTracks({ listener: "nobody", k: 5, withDetails: true });
  client.close();
  assert.equal(tracks.length, 5);
  for (const { details } of tracks) assert.ok(details?.title, "the catalogue has its title");
}
