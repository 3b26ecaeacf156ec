import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Candidate, FindCandidates } from "../candidates.ts";
import type { ServedTracks } from "../catalogue/new-tracks/served-tracks.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "../retrieval/track-bits.ts";
import type { Choice, Chooser } from "./choose.ts";
import {
  floorCount,
  type GrowingList,
  growList,
  type ListRules,
  type TrackFacts,
} from "./list-rules.ts";
import type { ListRule, Pool, PoolStep } from "./pool.ts";

/** What a list is picked from and by. */
export interface Picking {
  readonly k: number;
  readonly rules: ListRules;
  readonly facts: TrackFacts;
  readonly pool: Pool;
  readonly tracks: Pick<ServedTracks, "end" | "has">;
  /** Where the candidates of a place, from 0, are found. */
  readonly candidatesAt: (place: number) => FindCandidates;
  /** One that begins anew. */
  readonly newChooser: () => Chooser;
}

export interface PickedList {
  readonly picks: readonly Choice[];
  /** What the rules of the list left over; see `PoolStep`. */
  readonly steps: readonly PoolStep[];
}

/** A candidate's depth in the catalogue decides what it costs to find: first a few more than the
 *  list has, then thousands. What is beyond is only searched among the tracks that the rules allow
 *  at the place. */
const FIRST_DEPTH_PER_TRACK = 4;
const DEPTH_MAX = 4096;

/** Fills a list place by place. It ends before `k` only where no track of the whole pool may stand
 *  at the next place, and never with a share too small: a list that cannot have `k` tracks with
 *  its shares is the longest one that was found to have them. */
export function pickList(picking: Picking): PickedList {
  let attempt = fill(picking, picking.k);
  const { steps } = attempt;
  let { length } = attempt.picks;
  while (!hasShares(picking, attempt.picks)) {
    length = Math.min(length - 1, longestWithShares(picking, attempt.picks));
    attempt = fill(picking, length);
    length = Math.min(length, attempt.picks.length);
  }
  return { picks: attempt.picks, steps };
}

function fill(picking: Picking, k: number): PickedList {
  const { rules, facts, candidatesAt } = picking;
  const list = growList(rules, facts, k);
  const chooser = picking.newChooser();
  const used = new Set<TrackIndex>();
  const passedOver = new Map<TrackIndex, ListRule>();
  const picks: Choice[] = [];
  while (picks.length < k) {
    const find = candidatesAt(picks.length);
    const place: Place = { list, used, passedOver, optionsMax: chooser.optionsMax };
    const options = optionsAt(picking, place, find);
    if (options.length === 0) return { picks, steps: lastSteps(picking, place) };
    const choice = chooser.choose(options);
    picks.push(choice);
    used.add(choice.candidate.index);
    list.add(choice.candidate.index);
  }
  const looked = new Set([...passedOver.keys(), ...used]).size;
  return { picks, steps: stepsOf(looked, passedOver.values()) };
}

interface Place {
  readonly list: GrowingList;
  readonly used: ReadonlySet<TrackIndex>;
  /** The first rule that kept a track from any place. */
  readonly passedOver: Map<TrackIndex, ListRule>;
  readonly optionsMax: number;
}

/** The best tracks that may stand at a place, in order of score; empty only where none of the pool
 *  may. */
function optionsAt(picking: Picking, place: Place, find: FindCandidates): readonly Candidate[] {
  const first = Math.max(FIRST_DEPTH_PER_TRACK * picking.k, 2 * place.optionsMax);
  let options: readonly Candidate[] = [];
  for (const depth of [first, DEPTH_MAX]) {
    const found = find(depth);
    options = allowedOf(found, place);
    if (options.length === place.optionsMax || found.length < depth) return options;
  }
  if (options.length > 0) return options;
  return allowedOf(find(place.optionsMax, allowedNow(picking, place)), place);
}

function allowedOf(found: readonly Candidate[], place: Place): readonly Candidate[] {
  const { list, used, passedOver, optionsMax } = place;
  const options: Candidate[] = [];
  for (const candidate of found) {
    if (options.length === optionsMax) break;
    if (used.has(candidate.index)) continue;
    const objection = list.objection(candidate.index);
    if (objection === undefined) options.push(candidate);
    else if (!passedOver.has(candidate.index)) passedOver.set(candidate.index, objection);
  }
  return options;
}

/** All tracks of the pool that may stand at a place. */
function allowedNow(picking: Picking, place: Place): TrackBits {
  const bits = noTracks(picking.tracks.end());
  for (const row of leftOf(picking, place.used)) {
    if (place.list.objection(row) === undefined) addTrack(bits, row);
  }
  return bits;
}

/** What kept each track that is left from the place that stays empty. */
function lastSteps(picking: Picking, { list, used }: Place): readonly PoolStep[] {
  let left = 0;
  const objections: ListRule[] = [];
  for (const row of leftOf(picking, used)) {
    left += 1;
    const objection = list.objection(row);
    if (objection !== undefined) objections.push(objection);
  }
  return stepsOf(left, objections);
}

function* leftOf({ pool, tracks }: Picking, used: ReadonlySet<TrackIndex>): Iterable<TrackIndex> {
  const { allowed, excluded } = pool;
  const end = tracks.end();
  for (let row = 0 as TrackIndex; row < end; row++) {
    if (allowed === undefined ? !tracks.has(row) : !hasTrack(allowed, row)) continue;
    if (!used.has(row) && !excluded.has(row)) yield row;
  }
}

const LIST_RULES: readonly ListRule[] = [
  "near_duplicate",
  "per_artist",
  "per_album",
  "unheard_share",
  "long_tail_share",
];

function stepsOf(looked: number, objections: Iterable<ListRule>): readonly PoolStep[] {
  const counts = new Map<ListRule, number>();
  for (const rule of objections) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  let before = looked;
  return LIST_RULES.flatMap((rule) => {
    const count = counts.get(rule);
    if (count === undefined) return [];
    const step = { rule, before, after: before - count };
    before = step.after;
    return [step];
  });
}

function hasShares({ rules, facts }: Picking, picks: readonly Choice[]): boolean {
  return sharesOf(rules, facts).every(({ shareMin, counts }) => {
    return countOf(picks, counts) >= floorCount(shareMin, picks.length);
  });
}

/** As long as a list can be with the tracks of each kind that were found for this one. */
function longestWithShares({ rules, facts }: Picking, picks: readonly Choice[]): number {
  const longest = sharesOf(rules, facts).map(({ shareMin, counts }) => {
    const have = countOf(picks, counts);
    let length = picks.length;
    while (floorCount(shareMin, length) > have) length -= 1;
    return length;
  });
  return Math.min(...longest);
}

function sharesOf(rules: ListRules, facts: TrackFacts) {
  return [
    {
      shareMin: rules.unheardShareMin ?? 0,
      counts: (track: TrackIndex) => !facts.wasHeard(track),
    },
    { shareMin: rules.longTailShareMin ?? 0, counts: facts.isLongTail },
  ];
}

function countOf(picks: readonly Choice[], counts: (track: TrackIndex) => boolean): number {
  return picks.filter(({ candidate }) => counts(candidate.index)).length;
}
