import { createHash } from "node:crypto";
import type { Sequences } from "../sequences.ts";
import type { ValidationPlan } from "../validation-plan.ts";

/** A hash of a log's tracks, events and sessions as they were read, and of which measure. */
export function hashLog(sequences: Sequences, { predictions }: ValidationPlan): string {
  const hash = createHash("sha256");
  for (const track of sequences.trackIds) hash.update(`${track}\n`);
  const { track, features, listenerStarts, sessionStarts, sessionEnds, sessionOrder } = sequences;
  const columns = Object.values(features) as readonly ArrayBufferView[];
  const measured = [predictions.after, predictions.answer];
  const starts = [listenerStarts, sessionStarts, sessionEnds, sessionOrder];
  for (const numbers of [track, ...starts, ...measured]) {
    hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }
  for (const column of columns) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest("hex");
}
