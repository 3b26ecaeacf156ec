import type { LogRecord } from "../../core/log/event-log.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";
import type { TopicPartition } from "./broker.ts";

/** What a store's positions say was done to a partition: records applied in order, or a jump. */
export type Move =
  | { readonly kind: "apply"; readonly epoch: number; readonly records: readonly LogRecord[] }
  | { readonly kind: "jump"; readonly from: number; readonly position: AppliedPosition };

/** Reads the moves off the positions that the store had, oldest first. Fails, with the reason,
 *  where one is neither records that stood in the log nor a jump over what the log had lost. */
export function movesOf(
  topic: TopicPartition,
  positions: readonly AppliedPosition[],
): Move[] | string {
  const moves: Move[] = [];
  let before: AppliedPosition = NOTHING_APPLIED;
  for (const position of positions) {
    const move = moveBetween(topic, before, position);
    if (move === undefined) {
      const [left, right] = [before, position].map(({ epoch, next }) => `${epoch}/${next}`);
      return `partition ${topic.partition} went from ${left} to ${right} without a reason`;
    }
    moves.push(move);
    before = position;
  }
  return moves;
}

const NOTHING_APPLIED = { epoch: 0, next: 0, appendedAtMs: 0 } as AppliedPosition;

function moveBetween(
  topic: TopicPartition,
  from: AppliedPosition,
  to: AppliedPosition,
): Move | undefined {
  const { epoch } = to;
  // No two records have one time, so a position whose time stays has applied none.
  const isJump = to.appendedAtMs === from.appendedAtMs;
  if (!isJump) {
    const records = topic.made[epoch]?.slice(from.next, to.next) ?? [];
    const isWhole =
      epoch === from.epoch && records.length > 0 && records.at(-1)!.offset + 1 === to.next;
    return isWhole ? { kind: "apply", epoch, records } : undefined;
  }
  const overLost = epoch === from.epoch && to.next > from.next;
  const intoRemade = epoch === from.epoch + 1 && topic.made[epoch] !== undefined;
  const isKnown = to.next === 0 || topic.truncations.has(`${epoch}/${to.next}`);
  if (!isKnown || !(overLost || intoRemade)) return undefined;
  return { kind: "jump", from: from.next, position: to };
}
