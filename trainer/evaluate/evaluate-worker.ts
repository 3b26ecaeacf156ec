import { parentPort, workerData } from "node:worker_threads";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import { readLogFolder } from "../../core/log-folder/read-log-folder.ts";
import { startReplay } from "./ask-and-hear.ts";
import type { PartMessage, PartTask } from "./evaluate.ts";
import { isMeasured } from "./measured-listeners.ts";
import { createListObserver } from "./observe-lists.ts";

/** How many events pass between two words of progress. */
const PROGRESS_EVENTS = 200;

const { bundleFolder, logFolder, warmFolder, listenerShare, asksWithoutLong, index, threads } =
  workerData as PartTask;

const bundle = await openBundle(bundleFolder);
const runner = await createStepRunner(bundle);
const observer = createListObserver(bundle);
const { observe, observeSkip } = observer;
const replay = startReplay({ bundle, runner }, { observe, observeSkip, asksWithoutLong });
let events = 0;
let stopped = false;
parentPort?.once("message", () => {
  stopped = true;
});
if (warmFolder !== undefined) await replayFolder(warmFolder, replay.hear);
await replayFolder(logFolder, replay.predict);
say({ unknownTargets: replay.unknownTargets(), ...observer.result() });
await runner.close();
// The port alone would keep this thread alive.
parentPort?.close();

/** Replays this thread's share of the listeners, and counts every event that it passes. */
async function replayFolder(folder: string, play: typeof replay.hear): Promise<void> {
  let place = -1;
  for await (const event of readLogFolder(folder)) {
    if (stopped) return;
    place += 1;
    const { listener } = event;
    if (partitionOf(listener, threads) !== index || !isMeasured(listener, listenerShare)) continue;
    observer.moveTo(place);
    await play(event);
    if (++events % PROGRESS_EVENTS === 0) say({ events });
  }
}

function say(message: PartMessage): void {
  parentPort?.postMessage(message);
}
