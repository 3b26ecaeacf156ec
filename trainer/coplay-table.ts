import type { CoplayTable } from "../core/bundle/bundle.ts";
import type { CoplayConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";
import { wantedTracks } from "./wanted-tracks.ts";

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
  const count = sequences.trackIds.length;
  const recentSessions = config.recencyShare * sessions.length;
  const plays = placesByTrack(sequences, sessions, { count, recentSessions });
  const starts = new Uint32Array(count + 1);
  const successors: number[] = [];
  const shares: number[] = [];
  const sums = new Float64Array(count);
  for (let track = 0; track < count; track++) {
    const followers: number[] = [];
    for (let at = plays.starts[track]!; at < plays.starts[track + 1]!; at++) {
      const place = plays.places[at]!;
      const end = Math.min(plays.sessionEnd[place]!, place + 1 + config.reachTracks);
      for (let later = place + 1; later < end; later++) {
        const follower = plays.tracks[later]!;
        if (sums[follower] === 0) followers.push(follower);
        sums[follower] = sums[follower]! + plays.weight[place]! / (later - place);
      }
    }
    followers.sort((one, other) => sums[other]! - sums[one]! || one - other);
    const best = followers.slice(0, config.successorsMax);
    const total = best.reduce((sum, follower) => sum + sums[follower]!, 1);
    for (const follower of best) {
      successors.push(follower);
      shares.push(sums[follower]! / total);
    }
    for (const follower of followers) sums[follower] = 0;
    starts[track + 1] = successors.length;
  }
  if (successors.length === 0) return undefined;
  return {
    tracks_max: config.tracksMax,
    decay: config.decay,
    sharpness: config.sharpness,
    starts,
    successors: Uint32Array.from(successors),
    shares: Float32Array.from(shares),
  };
}

interface Plays {
  /** [plays]: the tracks of all sessions, one session after the other. */
  readonly tracks: Uint32Array;
  /** [plays]: behind the last play of the same session. */
  readonly sessionEnd: Uint32Array;
  /** [plays]: what it counts that its session is not the newest, at most 1. */
  readonly weight: Float32Array;
  /** [count + 1], [plays]: where each track was played. */
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
}

function placesByTrack(
  sequences: Sequences,
  sessions: Int32Array,
  { count, recentSessions }: { readonly count: number; readonly recentSessions: number },
): Plays {
  const events = sequences.track.length;
  const tracks = new Uint32Array(events);
  const sessionEnd = new Uint32Array(events);
  const weight = new Float32Array(events);
  const starts = new Uint32Array(count + 1);
  let length = 0;
  for (const [place, session] of sessions.entries()) {
    const wanted = wantedTracks(sequences, session);
    tracks.set(wanted, length);
    sessionEnd.fill(length + wanted.length, length, length + wanted.length);
    const age = (sessions.length - 1 - place) / recentSessions;
    weight.fill(Math.exp(-age), length, length + wanted.length);
    for (const track of wanted) starts[track + 1] = starts[track + 1]! + 1;
    length += wanted.length;
  }
  for (let track = 0; track < count; track++) starts[track + 1]! += starts[track]!;
  const places = new Uint32Array(length);
  const next = starts.slice(0, count);
  for (let place = 0; place < length; place++) {
    const track = tracks[place]!;
    places[next[track]!] = place;
    next[track] = next[track]! + 1;
  }
  return { tracks, sessionEnd, weight, starts, places };
}
