type RandomBytes = (length: number) => Uint8Array;

const POOL_BYTES = 4096;

/** Random bytes from a pool that is drawn at once: asking the system for ten costs as much as for
 *  thousands. No byte is handed out twice. */
export function pooledRandom(draw: RandomBytes): RandomBytes {
  let pool = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (length > POOL_BYTES) return draw(length);
    if (used + length > pool.length) {
      pool = new Uint8Array(draw(POOL_BYTES));
      used = 0;
    }
    used += length;
    return pool.subarray(used - length, used);
  };
}
