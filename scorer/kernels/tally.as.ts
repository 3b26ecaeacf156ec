// AssemblyScript, compiled into `scan.as.ts`.

import { logOfTwo } from "./logarithms.as";

/** What one source says of tracks for one session, as `tally.ts` writes it: 6 words of 4 bytes, in
 *  this order. */
@unmanaged
export class Tally {
  /** By track, float64 [2]: its sum, 0 between two sessions, and what that counts where tracks
   *  count differently. They stand side by side, for one is asked for after the other. */
  rows: usize;
  /** Out: the tracks that were met, uint32 [count + 1], so that there is always a next place, and
   *  what is said of each, float32 [count + 1]. */
  tracks: usize;
  values: usize;
  /** How many tracks were met. */
  size: i32;
  sharpness: f64;
}

/** Adds to the sum of each of the tracks between two places, as often as it is there. */
// @ts-ignore: decorator
@inline
export function addToAll(tally: Tally, from: usize, to: usize, amount: f64): void {
  if (!(amount > 0)) return;
  let size = tally.size;
  for (let at = from; at < to; at += 4) size = addTo(tally, size, load<u32>(at), amount);
  tally.size = size;
}

/** Adds to the sum of one track; returns how many were met then. */
// @ts-ignore: decorator
@inline
export function addTo(tally: Tally, size: i32, track: u32, amount: f64): i32 {
  const row = rowOf(tally, track);
  const sum = load<f64>(row);
  // Every other track is met for the first time, so a branch would often be guessed wrong.
  store<u32>(tally.tracks + (<usize>size << 2), track);
  store<f64>(row, sum + amount);
  return size + <i32>(sum == 0);
}

/** Lets each track's sum count what it counts. */
// @ts-ignore: decorator
@inline
export function weighTally(tally: Tally): void {
  for (let i = 0; i < tally.size; i++) {
    const row = metRow(tally, i);
    store<f64>(row, load<f64>(row) * load<f64>(row, 8));
  }
}

/** Writes ln(1 + sharpness · share of the sum of all amounts) of each track that was met. Returns
 *  how many there are; the tally is empty then. */
export function takeTally(tally: Tally): i32 {
  const size = tally.size;
  let total: f64 = 0;
  for (let i = 0; i < size; i++) total += load<f64>(metRow(tally, i));
  const totals = f64x2.splat(total), sharpness = f64x2.splat(tally.sharpness);
  for (let i = 0; i < size; i += 2) {
    const one = metRow(tally, i), other = metRow(tally, min<i32>(i + 1, size - 1));
    const sums = f64x2.replace_lane(v128.load64_zero(one), 1, load<f64>(other));
    const said = logOfTwo(f64x2.div(f64x2.mul(sharpness, sums), totals));
    const place = tally.values + (<usize>i << 2);
    v128.store64_lane(place, f32x4.demote_f64x2_zero(said), 0);
    store<f64>(one, 0);
    store<f64>(other, 0);
  }
  tally.size = 0;
  return size;
}

// @ts-ignore: decorator
@inline
function metRow(tally: Tally, at: i32): usize {
  return rowOf(tally, load<u32>(tally.tracks + (<usize>at << 2)));
}

// @ts-ignore: decorator
@inline
function rowOf(tally: Tally, track: u32): usize {
  return tally.rows + (<usize>track << 4);
}
