import { hash } from "node:crypto";
import type { Brand, ListenerId } from "../../core/domain/ids.ts";

/** Stands for a listener where their id must not: 16 hexadecimal digits. */
export type ListenerHash = Brand<string, "ListenerHash">;

const DIGITS = 16;
/** So many bits of a hash make a number that a double holds exactly. */
const SHARE_DIGITS = 13;

/** SHA-256 over the salt, a line end and the id, shortened to 64 bits: of a million listeners two
 *  share a hash with a chance of 1 in 37 million. */
export function listenerHash(listener: ListenerId, salt: string): ListenerHash {
  return hash("sha256", `${salt}\n${listener}`).slice(0, DIGITS) as ListenerHash;
}

/** Where a hash lies among all hashes, 0 ≤ x < 1: even over listeners, and another for another
 *  salt. */
export function placeOfHash(hashed: ListenerHash): number {
  return Number.parseInt(hashed.slice(0, SHARE_DIGITS), 16) / 16 ** SHARE_DIGITS;
}
