/** A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time and 74 random ones, so that ids
 *  sort by time. `random` has 10 bytes. */
export function recommendationId(nowMs: number, random: Uint8Array): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, "0");
  const bits = Buffer.from(random);
  bits[0] = 0x70 | (bits[0]! & 0x0f);
  bits[2] = 0x80 | (bits[2]! & 0x3f);
  const rest = bits.toString("hex");
  return [
    time.slice(0, 8),
    time.slice(8, 12),
    rest.slice(0, 4),
    rest.slice(4, 8),
    rest.slice(8, 20),
  ].join("-");
}
