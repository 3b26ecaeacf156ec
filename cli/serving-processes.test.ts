import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { publishRandomBundle } from "../test/fixtures/random-bundle.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { type Child, grpcAddress, healthPortOf, pageUrl, startChild } from "./child-process.ts";
import { connectClient } from "./recommender-client.ts";

const SEGUE = fileURLToPath(new URL("./segue.ts", import.meta.url));
const SIZES = { tracks: 40, dimension: 4, hidden: 4, features: [] } as const;
const home = join(temporaryFolder(), "home");
const bundle = join(home, "bundle");
const args = ["--home", home, "--bundle", bundle, "--processes", "2", "--port", "0"];

before(() => publishRandomBundle(bundle, { ...SIZES, seed: 1 }));

test("of two processes on one port one is killed, calls go on, and it comes again", async () => {
  const ports = ["--health-port", "0", "--admin-port", "0", "--console-port", "0"];
  const scorer = await startChild("serve", [...args, ...ports]);
  try {
    const [killed, other] = await servingProcesses(scorer, 2);
    assert.deepEqual(await processLabels(scorer), ["1", "2"]);
    const calling = callOnAndOn(grpcAddress(scorer));
    await calling.answered(100);
    process.kill(killed!, "SIGKILL");
    await calling.answered(200);
    const now = await servingProcesses(scorer, 2);
    assert.ok(now.includes(other!) && !now.includes(killed!), "only the killed one is another");
    await until(async () => (await processLabels(scorer)).length === 2);
    await calling.answered(100);
    await calling.stop();
    const door = new URL("segue.v1.Recommender/NextTracks", pageUrl(scorer));
    const headers = { "content-type": "application/json" };
    const reply = await fetch(door, { method: "POST", headers, body: '{"listener":"ada"}' });
    assert.equal(reply.status, 200, "the page's port answers again");
  } finally {
    await scorer.stop();
  }
  assert.equal(scorer.process.exitCode, 0);
  assert.deepEqual(childrenOf(scorer.process.pid!), []);
});

test("a bundle that is published is taken by every process", async () => {
  const scorer = await startChild("serve", args);
  try {
    const before = await servedBundles(grpcAddress(scorer));
    await publishRandomBundle(bundle, { ...SIZES, seed: 2 });
    const { id } = (await openBundle(bundle)).manifest;
    assert.ok(!before.has(id));
    await until(async () => {
      const served = await servedBundles(grpcAddress(scorer));
      return served.size === 1 && served.has(id);
    });
  } finally {
    await scorer.stop();
  }
});

test("where the processes cannot start, the command ends and says why", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  for (const wrong of [
    ["--port", String(port)],
    ["--processes", "0"],
  ]) {
    const ended = promisify(execFile)(process.execPath, [SEGUE, "serve", ...args, ...wrong]);
    await assert.rejects(ended, ({ code, stderr }) => {
      assert.match(stderr, /--processes|cannot listen/);
      return code === 3;
    });
  }
  taken.close();
});

/** The process ids of those that `scorer` has started, once there are so many. */
async function servingProcesses(scorer: Child, count: number): Promise<number[]> {
  await until(async () => childrenOf(scorer.process.pid!).length === count);
  return childrenOf(scorer.process.pid!);
}

function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent)], {
    encoding: "utf8",
  });
  return stdout.split("\n").flatMap((line) => (line.trim() === "" ? [] : [Number(line)]));
}

/** Which processes have said in `/metrics` that they are ready. */
async function processLabels(scorer: Child): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${healthPortOf(scorer)}/metrics`);
  const ready = (await response.text()).matchAll(/^segue_ready\{process="(\d+)"\} 1$/gm);
  return Array.from(ready, ([, number]) => number!).sort();
}

/** Asks over and over, each time by a connection of its own: a call that was under way in a killed
 *  process may fail, the next one may not. */
function callOnAndOn(address: string) {
  let answered = 0;
  let isOver = false;
  const calling = (async () => {
    for (let failed = 0; !isOver; ) {
      const client = connectClient(address, { ownConnection: true });
      try {
        await client.nextTracks({ listener: "ada", k: 5 });
        answered++;
        failed = 0;
      } catch (error) {
        if (++failed > 1) throw error;
      } finally {
        client.close();
      }
    }
  })();
  return {
    async answered(more: number): Promise<void> {
      const enough = answered + more;
      await Promise.race([until(async () => answered >= enough), calling]);
    },
    async stop(): Promise<void> {
      isOver = true;
      await calling;
    },
  };
}

async function servedBundles(address: string): Promise<Set<string>> {
  const clients = Array.from({ length: 4 }, () => connectClient(address, { ownConnection: true }));
  const replies = await Promise.all(clients.map((one) => one.nextTracks({ listener: "l", k: 1 })));
  for (const client of clients) client.close();
  return new Set(replies.map(({ bundleId }) => bundleId));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 30_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < untilMs, "waited for half a minute");
    await sleep(50);
  }
}
