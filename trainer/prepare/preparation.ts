import { counted } from "../counted.ts";
import type { Sequences, TimeSplit } from "../sequences.ts";

/** What preparing did to a log, as a bundle's `training.preparation` tells it. */
export interface Preparation {
  readonly read: LogSize;
  /** By step, in the order of the steps: events and tracks that are not learned, sessions and
   *  listeners of whom nothing is left. */
  readonly left_out: Readonly<Record<string, LogSize>>;
  readonly split: SplitSize;
}

export interface LogSize {
  readonly events: number;
  readonly sessions: number;
  readonly listeners: number;
  /** Tracks with an event. */
  readonly tracks: number;
}

/** Sessions by what they are for. */
export interface SplitSize {
  readonly trained: number;
  /** Of the trained ones: those that went on beyond the split and are cut there. */
  readonly cut: number;
  readonly held_back: number;
}

/** Of a log in which every track is known. */
export function sizeOf({ track, trackIds, sessionOrder, listenerStarts }: Sequences): LogSize {
  const heard = new Uint8Array(trackIds.length);
  for (let event = 0; event < track.length; event++) heard[track[event]!] = 1;
  return {
    events: track.length,
    sessions: sessionOrder.length,
    listeners: listenerStarts.length - 1,
    tracks: heard.reduce((count, one) => count + one, 0),
  };
}

export function differenceOf(before: LogSize, after: LogSize): LogSize {
  return {
    events: before.events - after.events,
    sessions: before.sessions - after.sessions,
    listeners: before.listeners - after.listeners,
    tracks: before.tracks - after.tracks,
  };
}

export function splitSize({ trained, held, cut }: TimeSplit): SplitSize {
  return { trained: trained.length, cut, held_back: held.length };
}

/** Events of unknown tracks, and sessions and listeners who have no others. */
export function unknownIn(log: Sequences): Omit<LogSize, "tracks"> {
  const { track, sessionStarts, listenerStarts } = log;
  return {
    events: track.reduce((count, one) => (one < 0 ? count + 1 : count), 0),
    sessions: countUnknown(track, sessionStarts),
    listeners: countUnknown(track, listenerStarts),
  };
}

function countUnknown(track: Int32Array, starts: Int32Array): number {
  let count = 0;
  for (let stretch = 0; stretch + 1 < starts.length; stretch++) {
    let event = starts[stretch]!;
    while (event < starts[stretch + 1]! && track[event]! < 0) event++;
    if (event === starts[stretch + 1]) count++;
  }
  return count;
}

/** A sentence for each step, for people. */
export function preparationLines({ read, left_out, split }: Preparation): string[] {
  const steps = Object.entries(left_out).map(([name, left]) => `${name} leaves out ${sizes(left)}`);
  return [
    `read ${sizes(read)}`,
    ...steps,
    `learns from ${counted(split.trained)} sessions, ${counted(split.cut)} of them cut at the ` +
      `split, and holds back ${counted(split.held_back)}`,
  ];
}

function sizes({ events, sessions, listeners, tracks }: LogSize): string {
  const parts = { events, sessions, listeners, tracks };
  return Object.entries(parts)
    .map(([name, count]) => `${counted(count)} ${name}`)
    .join(", ");
}
