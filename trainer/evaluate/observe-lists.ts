import type { Bundle } from "../../core/bundle/bundle.ts";
import {
  type AskedList,
  type AskedSkip,
  bySource,
  SOURCES,
  type Source,
  WITHOUT_LONG,
} from "./ask-and-hear.ts";
import { cosineDiversity } from "./list-measures.ts";
import type { SkipPredictions } from "./skip-figures.ts";

/** Where the right answers stood, a row for each prediction. */
export interface PredictionRanks {
  /** [predictions]: each answer's place among all events of the log folder, from 0; rising. */
  readonly place: Int32Array;
  /** By source, [predictions]: the answer's rank from 1, 0 where the list does not hold it. */
  readonly ranks: Readonly<Record<Source, Uint8Array>>;
  /** The predictions that were asked for without the long-term model, too. */
  readonly withoutLong: {
    /** As above. */
    readonly place: Int32Array;
    readonly ranks: Uint8Array;
  };
}

/** What the blend's lists were made of, summed so that parts add up. */
export interface ListTally {
  readonly lists: number;
  /** [tracks]: in how many lists each track of the bundle stands. */
  readonly exposure: Int32Array;
  /** Summed over lists: mean cosine distance of a list's tracks by the bundle's output vectors. */
  readonly diversity: number;
  /** Summed over lists: 1 / list length for an answer that the most popular tracks do not hold. */
  readonly serendipity: number;
  /** By source, summed over lists: its mean share of the list's tracks. */
  readonly shares: Readonly<Record<string, number>>;
}

export interface ListObserver {
  /** Says where the event stands that the next lists are asked for. */
  moveTo(place: number): void;
  observe(asked: AskedList): void;
  observeSkip(asked: AskedSkip): void;
  result(): ObservedPart;
}

/** What one thread observed. */
export interface ObservedPart {
  readonly predictions: PredictionRanks;
  readonly skips: SkipPredictions;
  readonly tally: ListTally;
}

/** Notes what a replay's lists hold. */
export function createListObserver(bundle: Bundle): ListObserver {
  const places: number[] = [];
  const ranks = bySource((): number[] => []);
  const withoutLong = { place: [] as number[], ranks: [] as number[] };
  const skips = { place: [] as number[], chance: [] as number[], skipped: [] as number[] };
  const exposure = new Int32Array(bundle.trackIds.length);
  const shares: Record<string, number> = {};
  const model = bundle.models.short ?? bundle.models.long;
  let place = 0;
  let lists = 0;
  let diversity = 0;
  let serendipity = 0;

  function tally({ event, tracks }: AskedList): void {
    const list = tracks.map(({ track }) => bundle.indexOf(track)!);
    lists += 1;
    for (const track of list) exposure[track]! += 1;
    if (model !== undefined) {
      diversity += cosineDiversity(list, model.outputVectors, model.dimension);
    }
    const answer = bundle.indexOf(event.track);
    // Track indices stand in order of plays: the primitive list is 0 … length − 1.
    const isSerendipitous = answer !== undefined && answer >= list.length && list.includes(answer);
    if (isSerendipitous) serendipity += 1 / list.length;
    for (const track of tracks) {
      for (const [source, share] of Object.entries(track.shares)) {
        shares[source] = (shares[source] ?? 0) + share / tracks.length;
      }
    }
  }

  return {
    moveTo(next) {
      place = next;
    },
    observe(asked) {
      const rank = 1 + asked.tracks.findIndex(({ track }) => track === asked.event.track);
      if (asked.source === WITHOUT_LONG) {
        withoutLong.place.push(place);
        withoutLong.ranks.push(rank);
        return;
      }
      if (asked.source === SOURCES[0]) places.push(place);
      ranks[asked.source].push(rank);
      if (asked.source === "blend") tally(asked);
    },
    observeSkip({ chance, skipped }) {
      skips.place.push(place);
      skips.chance.push(chance);
      skips.skipped.push(skipped ? 1 : 0);
    },
    result: () => ({
      skips: {
        place: Int32Array.from(skips.place),
        chance: Float64Array.from(skips.chance),
        skipped: Uint8Array.from(skips.skipped),
      },
      predictions: {
        place: Int32Array.from(places),
        ranks: bySource((source) => Uint8Array.from(ranks[source])),
        withoutLong: {
          place: Int32Array.from(withoutLong.place),
          ranks: Uint8Array.from(withoutLong.ranks),
        },
      },
      tally: { lists, exposure, diversity, serendipity, shares },
    }),
  };
}

/** The predictions of several threads in order of the log. */
export function joinPredictions(parts: readonly PredictionRanks[]): PredictionRanks {
  const all = inOrder(parts.map(({ place }) => place));
  const returning = inOrder(parts.map(({ withoutLong }) => withoutLong.place));
  return {
    place: all.place,
    ranks: bySource((source) => all.pick(parts.map(({ ranks }) => ranks[source]))),
    withoutLong: {
      place: returning.place,
      ranks: returning.pick(parts.map(({ withoutLong }) => withoutLong.ranks)),
    },
  };
}

/** What several threads' models said of skips, in order of the log. */
export function joinSkips(parts: readonly SkipPredictions[]): SkipPredictions {
  const all = inOrder(parts.map(({ place }) => place));
  return {
    place: all.place,
    chance: Float64Array.from(all.each(parts.map(({ chance }) => chance))),
    skipped: Uint8Array.from(all.each(parts.map(({ skipped }) => skipped))),
  };
}

/** Merges what the parts say by place, and picks their columns in that order. */
function inOrder(places: readonly Int32Array[]) {
  const rows = places.flatMap((of, part) => Array.from(of, (place, row) => ({ place, part, row })));
  rows.sort((one, other) => one.place - other.place);
  const each = (columns: readonly ArrayLike<number>[]) =>
    rows.map(({ part, row }) => columns[part]![row]!);
  return {
    place: Int32Array.from(rows, ({ place }) => place),
    each,
    pick: (columns: readonly Uint8Array[]) => Uint8Array.from(each(columns)),
  };
}

export function addTallies(one: ListTally, other: ListTally): ListTally {
  const sources = new Set([...Object.keys(one.shares), ...Object.keys(other.shares)]);
  return {
    lists: one.lists + other.lists,
    exposure: one.exposure.map((count, track) => count + other.exposure[track]!),
    diversity: one.diversity + other.diversity,
    serendipity: one.serendipity + other.serendipity,
    shares: Object.fromEntries(
      [...sources].map((name) => [name, (one.shares[name] ?? 0) + (other.shares[name] ?? 0)]),
    ),
  };
}
