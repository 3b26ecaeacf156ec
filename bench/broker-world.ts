import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { appendEvents } from "../cli/log-target.ts";
import { openLog } from "../cli/open-log.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { DEAD_LETTER_TOPIC, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { startBroker } from "../deploy/kafka/broker.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { eveningsInParts, type ListeningSizes } from "./listening.ts";
import { makeHome } from "./temporary.ts";
import type { FullLog } from "./whole-ingest.ts";

/** A broker of its own with a full listening topic, and a bundle of two models of 100 units. */
export interface BrokerWorld extends FullLog {
  /** Whether broker and this process have a core each, from here on. */
  readonly pinned: boolean;
  /** A new name in a temporary folder. */
  folder(name: string): string;
  close(): Promise<void>;
}

/** Listeners whose events are in memory at once. */
const PART_LISTENERS = 20_000;
/** Records of one append. */
const APPEND_RECORDS = 5_000;

export async function makeBrokerWorld(
  sizes: ListeningSizes,
  progress: (what: string) => void,
): Promise<BrokerWorld> {
  const home = makeHome();
  await publishBenchBundle(home.bundle, sizes.tracks);
  const broker = await startBroker();
  const choice = { brokers: broker.brokers, topicPrefix: "" };
  const log = await openLog(choice, LISTENING_TOPIC);
  const deadLetters = await openLog(choice, DEAD_LETTER_TOPIC);
  let count = 0;
  for (const events of eveningsInParts(sizes, PART_LISTENERS)) {
    for (let from = 0; from < events.length; from += APPEND_RECORDS) {
      await appendEvents(log, events.slice(from, from + APPEND_RECORDS));
    }
    count += events.length;
    progress(`has appended ${count} events`);
  }
  return {
    bundle: await openBundle(home.bundle),
    log,
    deadLetters,
    count,
    pinned: pinApart(process.pid, broker.pid),
    folder: (name) => join(home.folder, name),
    async close() {
      for (const open of [log, deadLetters]) await open.close();
      await broker.stop();
      home.remove();
    },
  };
}

/** Keeps every thread of each process on a core of its own, where the machine has them and a tool
 *  to do so. Threads that begin later stay there, too. */
function pinApart(...pids: readonly number[]): boolean {
  if (availableParallelism() < pids.length) return false;
  const pinned = pids.map((pid, core) => spawnSync("taskset", ["-acp", `${core}`, `${pid}`]));
  return pinned.every(({ status }) => status === 0);
}
