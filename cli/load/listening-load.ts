import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { readLogFolder } from "../../core/log-folder/read-log-folder.ts";
import { UsageError } from "../command.ts";
import type { Stage } from "./stages.ts";

/** Events of a log that a load goes through, anew from the first when they are used up. */
const EVENTS_MAX = 200_000;

/** The first events of a log folder, in order of time. */
export async function eventsOf(folder: string): Promise<readonly ListeningEvent[]> {
  const events: ListeningEvent[] = [];
  for await (const event of readLogFolder(folder)) {
    events.push(event);
    if (events.length === EVENTS_MAX) break;
  }
  if (events.length === 0) throw new UsageError(`--log ${folder} holds no event`);
  return events;
}

/** The log's first `seconds`, played `speed` times as fast: a stage in which each event is due when
 *  it happened. */
export function stageOfLog(
  events: readonly ListeningEvent[],
  speed: number,
  seconds: number,
): Stage {
  if (!(speed > 0)) throw new UsageError("--speed must be above 0");
  const firstAtMs = events[0]!.happenedAtMs;
  const duesMs = events
    .map(({ happenedAtMs }) => (happenedAtMs - firstAtMs) / speed)
    .filter((dueMs) => dueMs < seconds * 1000);
  return { rate: duesMs.length / seconds, seconds, duesMs };
}
