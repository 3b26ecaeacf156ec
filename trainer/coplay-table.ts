import type { CoplayTable } from "../core/bundle/bundle.ts";
import type { CoplayConfig } from "./config.ts";
import { growingColumn } from "./growing-column.ts";
import type { Sequences } from "./sequences.ts";
import { isWanted } from "./wanted-tracks.ts";

/** What came after each track in `sessions`, be it the track again: a track that came n places
 *  later counts 1 / n, up to `reachTracks` places, and e times less for each `recencyShare` of all
 *  sessions that is newer. Each track keeps its most frequent successors,
 *  each with its share of their sum and one more, so that a track that was seen once says less.
 *  Undefined where nothing came after anything.
 *  Source: Ludewig and Jannach 2018, arXiv 1803.09587, section 3.1 (sequential rules). */
export function coplayTable(
  sequences: Sequences,
  sessions: Int32Array,
  config: CoplayConfig,
): CoplayTable | undefined {
  const { track } = sequences;
  const count = sequences.trackIds.length;
  const recentSessions = config.recencyShare * sessions.length;
  const plays = playsByTrack(sequences, sessions, { recentSessions, reach: config.reachTracks });
  const starts = new Uint32Array(count + 1);
  const successors = growingColumn((length) => new Uint32Array(length));
  const shares = growingColumn((length) => new Float32Array(length));
  const sums = new Float64Array(count);
  for (let one = 0; one < count; one++) {
    const followers: number[] = [];
    for (let at = plays.starts[one]!; at < plays.starts[one + 1]!; at++) {
      const first = plays.events[at]!;
      const followed = plays.followed[first]!;
      let event = first;
      for (let later = 1; later <= followed; later++) {
        do event++;
        while (!isWanted(sequences, event));
        const follower = track[event]!;
        if (sums[follower] === 0) followers.push(follower);
        sums[follower] = sums[follower]! + plays.weight[first]! / later;
      }
    }
    followers.sort((left, right) => sums[right]! - sums[left]! || left - right);
    const best = followers.slice(0, config.successorsMax);
    const total = best.reduce((sum, follower) => sum + sums[follower]!, 1);
    for (const follower of best) {
      successors.push(follower);
      shares.push(sums[follower]! / total);
    }
    for (const follower of followers) sums[follower] = 0;
    starts[one + 1] = successors.length;
  }
  if (successors.length === 0) return undefined;
  return {
    tracks_max: config.tracksMax,
    decay: config.decay,
    sharpness: config.sharpness,
    starts,
    successors: successors.finished(),
    shares: shares.finished(),
  };
}

interface Plays {
  /** [count + 1], [plays]: the events in which each track was played, session by session. */
  readonly starts: Uint32Array;
  readonly events: Uint32Array;
  /** [events of the log]: how many wanted plays of the session follow, as far as they count. */
  readonly followed: Uint16Array;
  /** [events of the log]: what it counts that their session is not the newest, at most 1. */
  readonly weight: Float32Array;
}

function playsByTrack(
  sequences: Sequences,
  sessions: Int32Array,
  { recentSessions, reach }: { readonly recentSessions: number; readonly reach: number },
): Plays {
  const { track, sessionStarts, sessionEnds } = sequences;
  const starts = new Uint32Array(sequences.trackIds.length + 1);
  const followed = new Uint16Array(track.length);
  const weight = new Float32Array(track.length);
  for (const [place, session] of sessions.entries()) {
    const age = (sessions.length - 1 - place) / recentSessions;
    weight.fill(Math.exp(-age), sessionStarts[session]!, sessionEnds[session]!);
    let behind = 0;
    for (let event = sessionEnds[session]! - 1; event >= sessionStarts[session]!; event--) {
      if (!isWanted(sequences, event)) continue;
      followed[event] = Math.min(reach, behind++);
      starts[track[event]! + 1]! += 1;
    }
  }
  for (let one = 1; one < starts.length; one++) starts[one]! += starts[one - 1]!;
  const events = new Uint32Array(starts.at(-1)!);
  const next = starts.slice(0, -1);
  for (const session of sessions) {
    for (let event = sessionStarts[session]!; event < sessionEnds[session]!; event++) {
      if (isWanted(sequences, event)) events[next[track[event]!]!++] = event;
    }
  }
  return { starts, events, followed, weight };
}
