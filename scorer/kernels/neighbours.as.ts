// AssemblyScript, compiled with `scan.as.ts`: what sessions say that resemble one; `neighbours.ts`
// says how.

import { offerLargest } from "./heaps.as";
import { addToAll, takeTally, Tally, weighTally } from "./tally.as";

/** A vote fades to nothing over this many tracks of the session. */
const VOTING_TRACKS: f64 = 10;

/** Bytes of a session's row, and where in it what is shared and the first track stand. */
const ROW: usize = 16;
const SHARED: usize = 8;
const START: usize = 12;

/** One session's search, as `neighbours.ts` writes it: 12 words of 4 bytes, in this order. */
@unmanaged
class NeighbourTask {
  tally: Tally;
  /** uint32 [length]: the session's tracks, each once, the last one first. */
  session: usize;
  length: i32;
  /** uint32 by track: where its sessions begin in `sessions`, the newest first. */
  starts: usize;
  sessions: usize;
  /** By session, one more than there are: float64, what its likeness is multiplied by; uint32,
   *  scratch that is 0 between two searches; uint32, where its tracks begin in `sessionTracks`.
   *  Sessions are met in no order, so all that is asked of one stands side by side. */
  rows: usize;
  sessionTracks: usize;
  /** Scratch: the sessions that were met, uint32 [sessions + 1], so that there is always a next
   *  place; how like they are, and then their votes, float64 [sessions]; and how many were met up
   *  to each track, uint32 [length]. */
  met: usize;
  likeness: usize;
  metUpTo: usize;
  /** Scratch: float64 [nearestMax]. */
  heap: usize;
  nearestMax: i32;
}

/** Returns of how many tracks something is said; `tally` has them. */
export function hearNeighbours(task: NeighbourTask): i32 {
  const met = meetSessions(task);
  compareSessions(task, met);
  const kept = keepLikest(task, met);
  touchTracks(task, kept);
  for (let i = 0; i < kept; i++) {
    const row = metRow(task, i);
    const vote = load<f64>(task.likeness + (<usize>i << 3));
    addToAll(task.tally, tracksFrom(task, row), tracksFrom(task, row + ROW), vote);
  }
  weighTally(task.tally);
  return takeTally(task.tally);
}

/** Finds all sessions that share a track with this one; returns how many. What is shared is kept as
 *  `length` times as much, which is a whole number. */
function meetSessions(task: NeighbourTask): i32 {
  const rows = task.rows, met = task.met;
  let found = 0;
  for (let back = 0; back < task.length; back++) {
    const amount = task.length - back;
    const own = task.starts + (<usize>load<u32>(task.session + (<usize>back << 2)) << 2);
    const end = task.sessions + (<usize>load<u32>(own, 4) << 2);
    for (let at = task.sessions + (<usize>load<u32>(own) << 2); at < end; at += 4) {
      const other = load<u32>(at);
      const row = rows + <usize>other * ROW;
      const sum = load<u32>(row, SHARED);
      // Half of them are met for the first time, so a branch would often be guessed wrong.
      store<u32>(met + (<usize>found << 2), other);
      store<u32>(row, sum + amount, SHARED);
      found += <i32>(sum == 0);
    }
    store<u32>(task.metUpTo + (<usize>back << 2), found);
  }
  return found;
}

function compareSessions(task: NeighbourTask, found: i32): void {
  const length = <f64>task.length;
  for (let i = 0; i < found; i++) {
    const row = metRow(task, i);
    const share = <f64>load<u32>(row, SHARED) / length;
    store<f64>(task.likeness + (<usize>i << 3), share * load<f64>(row));
    store<u32>(row, 0, SHARED);
  }
}

/** Moves the likest sessions to the front, in the order in which they were met, with their votes;
 *  of equally like ones the newer. Returns how many. */
function keepLikest(task: NeighbourTask, found: i32): i32 {
  const met = task.met, likeness = task.likeness;
  let least: f64 = 0;
  let oldest: f64 = 0;
  if (found > task.nearestMax) {
    least = leastKept(task, found);
    oldest = oldestKept(task, found, least);
  }
  let kept = 0, back = 0;
  for (let i = 0; i < found; i++) {
    while (<u32>i >= load<u32>(task.metUpTo + (<usize>back << 2))) back++;
    const like = load<f64>(likeness + (<usize>i << 3));
    const session = load<u32>(met + (<usize>i << 2));
    if (like < least || (like == least && <f64>session < oldest)) continue;
    store<u32>(met + (<usize>kept << 2), session);
    const vote = like * max<f64>(0, 1 - <f64>(back + 1) / VOTING_TRACKS);
    store<f64>(likeness + (<usize>kept << 3), vote);
    kept++;
  }
  return kept;
}

/** The likeness of the least like session that is kept. */
function leastKept(task: NeighbourTask, found: i32): f64 {
  let size = 0;
  for (let i = 0; i < found; i++) {
    const like = load<f64>(task.likeness + (<usize>i << 3));
    size = offerLargest(task.heap, size, task.nearestMax, like);
  }
  return load<f64>(task.heap);
}

/** The oldest session that is kept of those which are just like enough. */
function oldestKept(task: NeighbourTask, found: i32, least: f64): f64 {
  let room = task.nearestMax;
  for (let i = 0; i < found; i++) {
    room -= <i32>(load<f64>(task.likeness + (<usize>i << 3)) > least);
  }
  let size = 0;
  for (let i = 0; i < found; i++) {
    if (load<f64>(task.likeness + (<usize>i << 3)) != least) continue;
    const session = <f64>load<u32>(task.met + (<usize>i << 2));
    size = offerLargest(task.heap, size, room, session);
  }
  return load<f64>(task.heap);
}

/** Reads where the tracks of sessions begin and end. They stand anywhere in the memory, and many of
 *  them are on their way from it at once as long as nothing waits for one. */
function touchTracks(task: NeighbourTask, count: i32): void {
  let sum: u32 = 0;
  for (let i = 0; i < count; i++) {
    const row = metRow(task, i);
    sum ^= load<u32>(tracksFrom(task, row)) ^ load<u32>(tracksFrom(task, row + ROW) - 4);
  }
  // What is written nowhere would not be read.
  store<u32>(task.heap, sum);
}

// @ts-ignore: decorator
@inline
function metRow(task: NeighbourTask, at: i32): usize {
  return task.rows + <usize>load<u32>(task.met + (<usize>at << 2)) * ROW;
}

// @ts-ignore: decorator
@inline
function tracksFrom(task: NeighbourTask, row: usize): usize {
  return task.sessionTracks + (<usize>load<u32>(row, START) << 2);
}
