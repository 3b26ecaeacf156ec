import { Failure } from "../core/domain/failure.ts";
import { ID_BYTES_MAX } from "../core/domain/ids.ts";

/** A `bad_request` whose field is the wire's name of what is off. */
export function badRequest(field: string, problem: string): Failure {
  return new Failure("bad_request", problem, { field });
}

/** Throws `bad_request` for a number that is outside its range, or none. */
export function requireRange(
  field: string,
  value: number,
  [least, most]: readonly [number, number],
): number {
  if (value >= least && value <= most) return value;
  throw badRequest(field, `${field} is ${value}, not ${least} to ${most}`);
}

export function requireId(field: string, id: string): string {
  if (id === "") throw badRequest(field, `${field} is empty`);
  // A UTF-16 unit takes at most three bytes of UTF-8, so short ids need no counting.
  if (id.length * 3 > ID_BYTES_MAX && Buffer.byteLength(id, "utf8") > ID_BYTES_MAX) {
    throw badRequest(field, `${field} is longer than ${ID_BYTES_MAX} bytes`);
  }
  return id;
}

/** Throws `bad_request` for a list with too many entries. */
export function requireCount(field: string, list: readonly unknown[], most: number): void {
  if (list.length <= most) return;
  throw badRequest(field, `${field} has ${list.length} entries, more than ${most}`);
}
