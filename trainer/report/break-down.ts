import type { SessionLog } from "../baselines/read-sessions.ts";

/** What is known of each prediction beside its rank; all arrays are [predictions]. */
export interface Circumstances {
  /** Events of the session that were heard before the question. */
  readonly heard: Int32Array;
  /** The answer's track index, −1 where the bundle does not know it. */
  readonly answer: Int32Array;
  /** The listener's silence before the session, NaN where it is their first. */
  readonly awayMs: Float64Array;
  /** 1 where the answer was heard in this session before. */
  readonly isRepeat: Uint8Array;
}

export function circumstancesOf(log: SessionLog, places: Int32Array): Circumstances {
  const rows = new Map(Array.from(places, (place, row) => [place, row]));
  const result: Circumstances = {
    heard: new Int32Array(places.length),
    answer: new Int32Array(places.length),
    awayMs: new Float64Array(places.length),
    isRepeat: new Uint8Array(places.length),
  };
  for (let session = 0; session + 1 < log.starts.length; session++) {
    const heard = new Set<number>();
    for (let event = log.starts[session]!; event < log.starts[session + 1]!; event++) {
      const track = log.track[event]!;
      const row = rows.get(log.place[event]!);
      if (row !== undefined) {
        result.heard[row] = event - log.starts[session]!;
        result.answer[row] = track;
        result.awayMs[row] = log.awayMs[session]!;
        result.isRepeat[row] = heard.has(track) ? 1 : 0;
      }
      if (track >= 0) heard.add(track);
    }
  }
  return result;
}

/** A way to divide predictions into groups. */
export interface Grouping {
  readonly title: string;
  readonly axis: string;
  readonly note: string;
  readonly groups: readonly string[];
  /** The group of a prediction by its index; undefined for one that is in none. */
  groupOf(about: Circumstances, prediction: number): number | undefined;
}

const HEARD_UP_TO = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30];
const HOUR_MS = 3_600_000;
const AWAY_UP_TO_HOURS = [1, 6, 24, 72, 7 * 24];
const CATALOGUE_UP_TO = [0.01, 0.05, 0.2, 0.5, 1];

export function groupings(tracks: number): readonly Grouping[] {
  return [
    {
      title: "By position in the session",
      axis: "events heard in the session",
      note: "How soon a source warms up.",
      groups: HEARD_UP_TO.map((to, at) => span((HEARD_UP_TO[at - 1] ?? 0) + 1, to)).concat("31+"),
      groupOf: ({ heard }, prediction) => upTo(HEARD_UP_TO, heard[prediction]!),
    },
    {
      title: "By popularity of the right answer",
      axis: "share of the catalogue, most played first",
      note: "Whether a source finds more than hits.",
      groups: ["top 1%", "1–5%", "5–20%", "20–50%", "50–100%"],
      groupOf({ answer }, prediction) {
        const track = answer[prediction]!;
        return track < 0 ? undefined : upTo(CATALOGUE_UP_TO, (track + 1) / tracks);
      },
    },
    {
      title: "By time away",
      axis: "the listener's silence before the session",
      note: "What is remembered of a listener who comes back.",
      groups: ["< 1 h", "1–6 h", "6–24 h", "1–3 d", "3–7 d", "> 7 d", "first"],
      groupOf({ awayMs }, prediction) {
        const away = awayMs[prediction]!;
        if (Number.isNaN(away)) return AWAY_UP_TO_HOURS.length + 1;
        return upTo(AWAY_UP_TO_HOURS, away / HOUR_MS);
      },
    },
    {
      title: "Repeats and novel tracks",
      axis: "whether the right answer was heard in this session before",
      note: "Repeats matter in music; a list that only repeats is of little use.",
      groups: ["repeat", "novel"],
      groupOf: ({ isRepeat }, prediction) => (isRepeat[prediction] === 1 ? 0 : 1),
    },
  ];
}

/** The index of the first limit that `value` does not pass; their number where it passes all. */
function upTo(limits: readonly number[], value: number): number {
  const at = limits.findIndex((limit) => value <= limit);
  return at === -1 ? limits.length : at;
}

function span(from: number, to: number): string {
  return from === to ? `${to}` : `${from}–${to}`;
}

/** Recall of several models in each group; groups without predictions are left out. */
export interface BrokenDown {
  readonly title: string;
  readonly axis: string;
  readonly note: string;
  readonly groups: readonly { readonly label: string; readonly predictions: number }[];
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export function breakDown(
  grouping: Grouping,
  about: Circumstances,
  models: readonly { readonly name: string; readonly ranks: Uint8Array }[],
): BrokenDown {
  const counts = grouping.groups.map(() => 0);
  const hits = models.map(() => grouping.groups.map(() => 0));
  for (let prediction = 0; prediction < about.heard.length; prediction++) {
    const group = grouping.groupOf(about, prediction);
    if (group === undefined) continue;
    counts[group]! += 1;
    for (const [model, { ranks }] of models.entries()) {
      if (ranks[prediction]! > 0) hits[model]![group]! += 1;
    }
  }
  const kept = [...counts.keys()].filter((group) => counts[group]! > 0);
  const { title, axis, note } = grouping;
  return {
    title,
    axis,
    note,
    groups: kept.map((group) => ({
      label: grouping.groups[group]!,
      predictions: counts[group]!,
    })),
    lines: models.map(({ name }, model) => ({
      name,
      values: kept.map((group) => hits[model]![group]! / counts[group]!),
    })),
  };
}
