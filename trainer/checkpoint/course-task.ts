import { createHash } from "node:crypto";
import type { CoursePlan } from "../course-plan.ts";

/** A hash of all that a course's result depends on: its sessions and what is in them, its settings
 *  and its seed. */
export function courseTask(plan: CoursePlan): string {
  const { name, sequences, sessions, features, config, seed, validation } = plan;
  const hash = createHash("sha256");
  hash.update(JSON.stringify({ name, features, config, seed, clock: sequences.realClock }));
  for (const track of sequences.trackIds) hash.update(`${track}\n`);
  const columns = Object.values(sequences.features) as readonly ArrayBufferView[];
  const { track, listenerStarts, sessionStarts, sessionEnds, sessionOrder } = sequences;
  const starts = [listenerStarts, sessionStarts, sessionEnds, sessionOrder];
  const measured = validation ? [validation.predictions.after] : [];
  const parts = [track, ...starts, ...columns, ...measured];
  for (const numbers of [sessions, ...parts]) {
    hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }
  return hash.digest("hex");
}
