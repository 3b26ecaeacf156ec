import type { TrackIndex } from "../../core/domain/ids.ts";
import type { FindCandidates } from "../candidates.ts";
import type { Choice, Chooser } from "./choose.ts";
import { floorCount, growList, type ListRules, type TrackFacts } from "./list-rules.ts";
import { type Growing, leftOf, openOptions, type PickedFrom } from "./options.ts";
import type { ListRule, PoolStep } from "./pool.ts";

/** What a list is picked from and by. */
export interface Picking extends PickedFrom {
  readonly rules: ListRules;
  readonly facts: TrackFacts;
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
  const { passedOver, optionsFrom } = openOptions(picking, { list, used, ...chooser });
  const picks: Choice[] = [];
  while (picks.length < k) {
    const options = optionsFrom(candidatesAt(picks.length));
    if (options.length === 0) return { picks, steps: lastSteps(picking, { list, used }) };
    const choice = chooser.choose(options);
    picks.push(choice);
    used.add(choice.candidate.index);
    list.add(choice.candidate.index);
  }
  const looked = new Set([...passedOver.keys(), ...used]).size;
  return { picks, steps: stepsOf(looked, passedOver.values()) };
}

/** What kept each track that is left from the place that stays empty. */
function lastSteps(picking: Picking, { list, used }: Growing): readonly PoolStep[] {
  let left = 0;
  const objections: ListRule[] = [];
  for (const row of leftOf(picking, used)) {
    left += 1;
    const objection = list.objection(row);
    if (objection !== undefined) objections.push(objection);
  }
  return stepsOf(left, objections);
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
