// AssemblyScript, compiled into `scan.as.ts`.

/** Reads a byte of each line of memory between two places, so that many lines are on their way into
 *  the caches at once: whoever works with the first waits for it before asking for the next.
 *  Returns a sum, which has to be stored: what is of no use would not be read. */
// @ts-ignore: decorator
@inline
export function touchLines(from: usize, to: usize): i32 {
  let sum = 0;
  for (let line = from; line < to; line += 64) sum += load<u8>(line);
  return sum;
}
