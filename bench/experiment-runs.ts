import type { Experiment } from "../scorer/experiments/experiment.ts";
import {
  ARM_LISTENERS_MIN,
  type Difference,
  differenceOf,
  type FigureName,
} from "../trainer/experiments/compare-arms.ts";
import { interleavingWins } from "../trainer/experiments/interleaving-wins.ts";
import { countOutcomes, type ListenerOutcome } from "../trainer/experiments/listener-outcomes.ts";
import { seededChance } from "../trainer/simulate/chance.ts";
import { drawExperiment, makePeople, type People, type Recommender } from "./experiment-world.ts";

/** How often many runs of one experiment say that its arms differ. */
export interface RunFigures {
  readonly runs: number;
  /** Share of runs whose interval of 95%, looked at once at the end, leaves 0; by figure. */
  readonly atTheEnd: Readonly<Record<string, number>>;
  /** The same looked at after every `LOOK_LISTENERS` listeners: by the interval for one look, which
   *  is not made for that, and by the sequential one. */
  readonly peekingAtOneLook: Readonly<Record<string, number>>;
  readonly peekingSequential: Readonly<Record<string, number>>;
  /** Share of runs in which the sign test of interleaved lists has p < 0.05. */
  readonly signTest: number;
}

export const RUN_FIGURES: readonly FigureName[] = ["plays", "skip_share", "listed_minutes"];
const LOOK_LISTENERS = 10;
const LISTENERS = 500;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** Where sequential intervals are tightest, of some 400 listeners of both arms in a run. */
const TIGHT_AT = 300;

const CONTROL: Recommender = { fit: 4, popularity: 0.6 };

/** Runs an experiment again and again on new listeners, through the code of `segue experiment
 *  report`. Both arms recommend by the same rule where `other` is not given. */
export function runExperiments(
  runs: number,
  seed: number,
  other: Recommender = CONTROL,
): RunFigures {
  const people = makePeople(seed);
  const counts = newCounts();
  for (let run = 0; run < runs; run++) {
    const complete = runOnce(people, { seed, run, other });
    for (const figure of RUN_FIGURES) countRun(counts, figure, complete);
    const wins = interleavingWins(complete, { arm: "other", control: "control" }, TIGHT_AT);
    if (wins !== undefined && wins.signTestP < 0.05) counts.signTest += 1;
  }
  const shares = (of: Record<string, number>) =>
    Object.fromEntries(Object.entries(of).map(([figure, count]) => [figure, count / runs]));
  return {
    runs,
    atTheEnd: shares(counts.atTheEnd),
    peekingAtOneLook: shares(counts.peekingAtOneLook),
    peekingSequential: shares(counts.peekingSequential),
    signTest: counts.signTest / runs,
  };
}

function newCounts() {
  const none = () => Object.fromEntries(RUN_FIGURES.map((figure) => [figure, 0]));
  return {
    atTheEnd: none(),
    peekingAtOneLook: none(),
    peekingSequential: none(),
    signTest: 0,
  };
}

function runOnce(
  people: People,
  {
    seed,
    run,
    other,
  }: { readonly seed: number; readonly run: number; readonly other: Recommender },
): readonly ListenerOutcome[] {
  const salt = `${seed}-${run}`;
  const experiment: Experiment = {
    name: "simulated",
    salt,
    control: "control",
    arms: [armOf("control"), armOf("other")],
    interleavedShare: 0.2,
    fromMs: Number.NEGATIVE_INFINITY,
    untilMs: Number.POSITIVE_INFINITY,
  };
  const draw = { listeners: LISTENERS, listsMax: 3, listLength: 5 };
  const recommenders = { control: CONTROL, other };
  const chance = seededChance(seed, `run ${run}`);
  const { lists, events } = drawExperiment(people, { experiment, recommenders, ...draw }, chance);
  const settings = { experiment: "simulated", salt: "", windowMs: DAY_MS, withinMs: HOUR_MS };
  const counting = countOutcomes(lists, settings);
  for (const event of events) counting.hear(event);
  return counting.outcomes().complete;
}

function armOf(name: string): Experiment["arms"][number] {
  return { name, share: 0.4, bundle: undefined, states: "stored", wishes: {} };
}

function countRun(
  counts: ReturnType<typeof newCounts>,
  figure: FigureName,
  complete: readonly ListenerOutcome[],
): void {
  const both = complete.filter(({ arm }) => arm !== undefined);
  const differences: Difference[] = [];
  for (let listeners = 2 * ARM_LISTENERS_MIN; ; listeners += LOOK_LISTENERS) {
    const seen = both.slice(0, listeners);
    const of = (name: string) => seen.filter(({ arm }) => arm === name);
    const found = differenceOf(of("other"), of("control"), { figure, tightAt: TIGHT_AT });
    if (found !== undefined) differences.push(found);
    if (listeners >= both.length) break;
  }
  const leavesZero = ([low, high]: readonly [number, number]) => low > 0 || high < 0;
  const last = differences.at(-1);
  if (last !== undefined && leavesZero(last.interval)) counts.atTheEnd[figure]! += 1;
  if (differences.some(({ interval }) => leavesZero(interval))) {
    counts.peekingAtOneLook[figure]! += 1;
  }
  if (differences.some(({ sequentialInterval }) => leavesZero(sequentialInterval))) {
    counts.peekingSequential[figure]! += 1;
  }
}
