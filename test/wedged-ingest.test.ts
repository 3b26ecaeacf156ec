import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChild } from "../cli/child-process.ts";
import { homeAt } from "../cli/home.ts";
import { openLog } from "../cli/open-log.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import { LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { isReady } from "./support/is-ready.ts";
import { BEGAN_AT_MS, deliveryOf, listeningEvent } from "./support/listening-records.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Shorter than by custom, so that a test can wait for it. */
const LOST_AFTER_MS = 4_000;
const LOCK_HOLDER = fileURLToPath(new URL("./fixtures/lock-holder.ts", import.meta.url));

test("ingest that is stuck in a batch is not ready, then ends by itself", async (t) => {
  const home = homeAt(join(temporaryFolder(), "home"));
  await publishRandomBundle(home.bundle, {
    ...{ tracks: 20, dimension: 4, hidden: 4 },
    features: [],
    seed: 1,
  });
  const log = await openLog({ folder: home.log }, LISTENING_TOPIC);
  const state = openLmdbReader(home.state);
  const start = () => {
    const watched = ["--health-port", "0", "--lost-after-ms", String(LOST_AFTER_MS)];
    return startChild("ingest", ["--home", home.folder, ...watched]);
  };
  const play = (listener: string) => log.append([deliveryOf(playOf(listener))]);
  const untilHeard = async (listener: string) => {
    while (state.read(listener as ListenerId) === undefined) await sleep(20);
  };

  // Another process takes the store's write lock under it, and later lets it go.
  const wedged = await start();
  await play("ann");
  await untilHeard("ann");
  const letGo = await holdLock(home.state);
  await play("bea");
  const stuckAtMs = performance.now();
  const ended = once(wedged.process, "exit");
  while (await isReady(wedged)) await sleep(50);
  const [, name] = await ended;
  const ms = Math.round(performance.now() - stuckAtMs);
  assert.equal(name, "SIGKILL");
  assert.equal(state.read("bea" as ListenerId), undefined);

  await letGo();
  const another = await start();
  await untilHeard("bea");
  t.diagnostic(`figure: told to end after ${LOST_AFTER_MS} ms, gone after ${ms} ms, 0 lost`);
  await another.stop();
  for (const open of [log, state]) await open.close();
});

function playOf(listener: string) {
  return listeningEvent({
    eventId: `event-of-${listener}`,
    listener,
    track: "track-1",
    happenedAtMs: BEGAN_AT_MS,
  });
}

/** Resolves once the store's write lock is taken, to what gives it back. */
async function holdLock(store: string): Promise<() => Promise<void>> {
  const holder = spawn(process.execPath, [LOCK_HOLDER, store], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  return async () => {
    const gone = once(holder, "exit");
    holder.kill("SIGKILL");
    await gone;
  };
}
