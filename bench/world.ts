import { join } from "node:path";
import type { Home } from "../cli/home.ts";
import { appendEvents } from "../cli/log-target.ts";
import { openLog } from "../cli/open-log.ts";
import type { Bundle } from "../core/bundle/bundle.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { ListenerId, Partition } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { DEAD_LETTER_TOPIC, type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { requireThat } from "./did-not-happen.ts";
import { eveningsOfListening, type ListeningSizes } from "./listening.ts";
import { makeHome } from "./temporary.ts";

/** A home with a bundle and a full embedded log, as a machine has it that is about to catch up. */
export interface World {
  readonly home: Home;
  readonly bundle: Bundle;
  readonly log: EventLog;
  readonly deadLetters: EventLog;
  /** How many events there are. */
  readonly count: number;
  readonly events: readonly ListeningEvent[];
  /** When each listener was last heard, milliseconds since 1970-01-01 UTC. */
  readonly lastHeardAtMs: ReadonlyMap<ListenerId, number>;
  /** A new name in the home's folder. */
  folder(name: string): string;
  /** Removes everything. */
  close(): Promise<void>;
}

export async function makeWorld(sizes: ListeningSizes): Promise<World> {
  const home = makeHome();
  await publishBenchBundle(home.bundle, sizes.tracks);
  const log = await openLog({ folder: home.log }, LISTENING_TOPIC);
  const deadLetters = await openLog({ folder: home.log }, DEAD_LETTER_TOPIC);
  const events = eveningsOfListening(sizes);
  await appendEvents(log, events);
  await requireAppended(log, events.length);
  return {
    home,
    bundle: await openBundle(home.bundle),
    log,
    deadLetters,
    count: events.length,
    events,
    lastHeardAtMs: new Map(events.map(({ listener, happenedAtMs }) => [listener, happenedAtMs])),
    folder: (name) => join(home.folder, name),
    async close() {
      for (const open of [log, deadLetters]) await open.close();
      home.remove();
    },
  };
}

async function requireAppended(log: EventLog, count: number): Promise<void> {
  let appended = 0;
  for (let partition = 0; partition < log.partitions; partition++) {
    appended += (await log.watermarks(partition as Partition)).next;
  }
  requireThat(appended === count, `the log holds ${appended} of ${count} events`);
}
