import type { Sequences, TimeSplit } from "../sequences.ts";

/** What preparing did to a log, as a bundle's `training.preparation` tells it. */
export interface Preparation {
  readonly read: LogSize;
  /** By step, in the order of the steps. */
  readonly left_out: Readonly<Record<string, LeftOut>>;
  readonly split: SplitSize;
}

export interface LogSize {
  readonly events: number;
  readonly sessions: number;
  readonly listeners: number;
}

/** Events that are not learned from; sessions and listeners of whom nothing is left. */
export interface LeftOut extends LogSize {
  /** Where a step leaves out tracks. */
  readonly tracks?: number;
}

/** Sessions by what they are for. */
export interface SplitSize {
  readonly trained: number;
  /** Of the trained ones: those that went on beyond the split and are cut there. */
  readonly cut: number;
  readonly held_back: number;
}

export function sizeOf({ track, sessionOrder, listenerStarts }: Sequences): LogSize {
  return {
    events: track.length,
    sessions: sessionOrder.length,
    listeners: listenerStarts.length - 1,
  };
}

export function differenceOf(before: LogSize, after: LogSize): LogSize {
  return {
    events: before.events - after.events,
    sessions: before.sessions - after.sessions,
    listeners: before.listeners - after.listeners,
  };
}

export function splitSize({ trained, held, cut }: TimeSplit): SplitSize {
  return { trained: trained.length, cut, held_back: held.length };
}

/** Events of unknown tracks, and sessions and listeners who have no others. */
export function unknownIn({ track, sessionStarts, listenerStarts }: Sequences): LogSize {
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
  const steps = Object.entries(left_out).map(([name, left]) => {
    const tracks = left.tracks === undefined ? "" : `, ${shown(left.tracks)} tracks`;
    const parts = `${shown(left.events)} events, ${shown(left.sessions)} sessions`;
    return `${name} leaves out ${parts}, ${shown(left.listeners)} listeners${tracks}`;
  });
  return [
    `read ${shown(read.events)} events, ${shown(read.sessions)} sessions, ` +
      `${shown(read.listeners)} listeners`,
    ...steps,
    `learns from ${shown(split.trained)} sessions, ${shown(split.cut)} of them cut at the ` +
      `split, and holds back ${shown(split.held_back)}`,
  ];
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}
