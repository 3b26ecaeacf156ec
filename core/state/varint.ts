import { Failure } from "../domain/failure.ts";

/** Whole numbers of a record in as many bytes as they need: seven bits a byte, the lowest first,
 *  the eighth bit set in all but the last. Times reach 2⁵³, above what bit operations hold, so
 *  larger numbers are counted in ordinary arithmetic. */

/** The most bytes that a number below 2⁵³ takes. */
export const VARINT_BYTES_MAX = 8;

/** Returns the index after the number. */
export function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 128) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

/** Where reading of a record stands. */
export interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

/** Throws `bad_record`. */
export function readVarint(cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let read = 0; read < VARINT_BYTES_MAX; read++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw badNumber("is cut short");
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw badNumber("is too long");
}

/** Numbers of either sign as ones that are not negative, small where they are small. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

function badNumber(what: string): Failure {
  return new Failure("bad_record", `a number of a record ${what}`, { field: "record" });
}
