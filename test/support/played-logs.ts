import { join } from "node:path";
import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { writeLogFolder } from "../../core/log-folder/write-log-folder.ts";
import { listeningEvent } from "../../trainer/import/log-format.ts";
import { seededRandom } from "../../trainer/random.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What a test says of an event; the rest is as a bare play has it. */
export type SparseEvent = Partial<ListeningEvent> & { readonly track: TrackId };

/** Writes events, already in order of time, into a log folder that is removed after the tests. */
export async function writeTestLog(
  events: readonly SparseEvent[],
  clock: "real" | "numbered" = "real",
): Promise<string> {
  const folder = join(temporaryFolder(), "log");
  const writer = await writeLogFolder(folder, { name: "test", clock, madeBy: {} });
  for (const [index, event] of events.entries()) {
    await writer.event(
      listeningEvent({
        eventId: `e${index}` as EventId,
        listener: "l" as ListenerId,
        happenedAtMs: (index + 1) * 1000,
        kind: "finished",
        ...event,
      }),
    );
  }
  await writer.close();
  return folder;
}

/** A log in which each of 30 tracks is nearly always followed by the same other one. */
export function chainedPlays(sessions: number, seed: number): SparseEvent[] {
  const random = seededRandom(seed, "chained plays");
  const draw = () => Math.floor(random() * CHAIN_TRACKS);
  const plays: SparseEvent[] = [];
  for (let session = 0; session < sessions; session++) {
    let track = draw();
    for (let play = 0; play < 8; play++) {
      plays.push({
        listener: `l${session % 40}` as ListenerId,
        session: `s${session}` as SessionId,
        track: `t${track}` as TrackId,
      });
      track = random() < 0.95 ? (track * 7 + 3) % CHAIN_TRACKS : draw();
    }
  }
  return plays;
}

const CHAIN_TRACKS = 30;
