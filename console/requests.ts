import { Failure } from "../core/domain/failure.ts";
import { ID_BYTES_MAX, type ListenerId, type Offset, type Partition } from "../core/domain/ids.ts";
import type { LogPosition } from "../core/log/event-log.ts";
import type { LogPosition as WireLogPosition } from "../proto/gen/segue/v1/recommender.ts";

/** How many to return: `fallback` where it is not given. Throws `bad_request` outside of `least` to
 *  `most`. */
export function countOf(
  given: number | undefined,
  { field, least = 1, most, fallback }: CountRange,
): number {
  const count = given ?? fallback;
  if (count >= least && count <= most) return count;
  throw new Failure("bad_request", `${field} is ${count}, not ${least} to ${most}`, { field });
}

interface CountRange {
  readonly field: string;
  readonly least?: number;
  readonly most: number;
  readonly fallback: number;
}

/** Undefined where it is empty. */
export function listenerIfGiven(listener: string): ListenerId | undefined {
  if (Buffer.byteLength(listener) > ID_BYTES_MAX) {
    const problem = `listener is longer than ${ID_BYTES_MAX} bytes`;
    throw new Failure("bad_request", problem, { field: "listener" });
  }
  return listener === "" ? undefined : (listener as ListenerId);
}

/** Throws `bad_request` where there is no position, or none that a log could hold. */
export function positionGiven(position: WireLogPosition | undefined, field: string): LogPosition {
  if (position === undefined) throw new Failure("bad_request", `${field} is missing`, { field });
  const { partition, offset } = position;
  if (offset < 0) {
    throw new Failure("bad_request", `${field}.offset is ${offset}, below 0`, { field });
  }
  return { partition: partition as Partition, offset: offset as Offset };
}

/** Throws `bad_request` for a text that is longer than `most` characters. */
export function shortText(text: string, { field, most }: { field: string; most: number }): string {
  if (text.length <= most) return text;
  throw new Failure("bad_request", `${field} is longer than ${most} characters`, { field });
}
