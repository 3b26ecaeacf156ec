import { drawTable } from "../cli/table.ts";
import type { BenchOptions } from "./bench.ts";
import { ESTIMATOR_NAMES, type EstimateFigures, estimateOften } from "./experiment-estimates.ts";
import { RUN_FIGURES, type RunFigures, runExperiments } from "./experiment-runs.ts";
import { estimateServed, type ServedEstimate } from "./experiment-served.ts";

const SEED = 20_261_125;
/** An arm that is truly better: it minds popularity less. */
const BETTER = { fit: 8, popularity: 0 };

/** Runs experiments on the simulated world whose truth is known: arms that are the same, an arm
 *  that is better, and a new policy that is estimated from the log of another. Resolves with the
 *  text for stdout. */
export async function experiments({ json, quick, progress }: BenchOptions): Promise<string> {
  const [runs, betterRuns] = quick ? [200, 50] : [4_000, 400];
  const [logs, picksEach] = quick ? [10, 2_000] : [200, 4_000];
  const listeners = quick ? 300 : 4_000;
  progress(`${runs} runs of two arms that are the same`);
  const same = runExperiments(runs, SEED);
  progress(`${betterRuns} runs with an arm that is better`);
  const better = runExperiments(betterRuns, SEED, BETTER);
  progress(`estimates from ${logs} logs of ${picksEach} picks`);
  const estimates = estimateOften(logs, picksEach, SEED);
  const served = await estimateServed(listeners, progress);
  const figures = { quick, same, better, estimates, served };
  if (json) return `${JSON.stringify(figuresJson(figures), null, 2)}\n`;
  return `${runsTable(figures)}\n${estimatesTable(estimates)}\n${servedText(served)}`;
}

interface Figures {
  readonly quick: boolean;
  readonly same: RunFigures;
  readonly better: RunFigures;
  readonly estimates: EstimateFigures;
  readonly served: ServedEstimate;
}

function figuresJson({ quick, same, better, estimates, served }: Figures): object {
  const runsJson = (found: RunFigures) => ({
    runs: found.runs,
    at_the_end: found.atTheEnd,
    peeking_at_one_look: found.peekingAtOneLook,
    peeking_sequential: found.peekingSequential,
    sign_test: found.signTest,
  });
  return {
    quick,
    same_arms: runsJson(same),
    better_arm: runsJson(better),
    estimates: {
      logs: estimates.logs,
      picks_each: estimates.picksEach,
      truth: estimates.truth,
      logged: estimates.logged,
      worst_error: estimates.worstError,
      mean_error: estimates.meanError,
      covered: estimates.covered,
    },
    served: {
      picks: served.estimates.picks,
      effective_picks: served.estimates.effectivePicks,
      truth: served.truth,
      logged: served.estimates.logged.value,
      snips: served.estimates.snips.value,
      doubly_robust: served.estimates.doublyRobust.value,
      mean_weight: served.estimates.meanWeight.value,
      lists_asked_again: served.askedAgain,
      lists_repeated: served.repeated,
    },
  };
}

function runsTable({ same, better }: Pick<Figures, "same" | "better">): string {
  const right = { right: true };
  const columns = [
    { title: "arms" },
    { title: "figure" },
    { title: "runs", ...right },
    { title: "at the end", ...right },
    { title: "peeking, one look", ...right },
    { title: "peeking, sequential", ...right },
  ];
  const rows = Object.entries({ same, "one better": better }).flatMap(([arms, found]) =>
    RUN_FIGURES.map((figure) => [
      arms,
      figure,
      String(found.runs),
      percent(found.atTheEnd[figure]!),
      percent(found.peekingAtOneLook[figure]!),
      percent(found.peekingSequential[figure]!),
    ]),
  );
  const tests = [same, better].map(({ signTest }) => percent(signTest));
  const signs = `sign test of interleaved lists: same ${tests[0]}, one better ${tests[1]}`;
  return `runs that say that the arms differ\n${drawTable(columns, rows)}${signs}\n`;
}

function estimatesTable(estimates: EstimateFigures): string {
  const { logs, picksEach, truth, logged, worstError, meanError, covered } = estimates;
  const right = { right: true };
  const columns = [
    { title: "estimator" },
    { title: "mean error", ...right },
    { title: "worst error", ...right },
    { title: "truth in the interval", ...right },
  ];
  const rows = ESTIMATOR_NAMES.map((name) => [
    name,
    percent(meanError[name]),
    percent(worstError[name]),
    percent(covered[name]),
  ]);
  const means = `logged ${logged.toFixed(4)}, truth ${truth.toFixed(4)}`;
  return `${logs} logs of ${picksEach} picks: ${means}\n${drawTable(columns, rows)}`;
}

function servedText({ estimates, truth, repeated, askedAgain }: ServedEstimate): string {
  const { picks, effectivePicks, logged, snips, doublyRobust } = estimates;
  const off = ({ value }: { readonly value: number }) => `${percent(value / truth - 1)} off`;
  return [
    `lists of a scorer: ${picks} picks, like ${Math.round(effectivePicks)} of the new blend's own`,
    `truth ${truth.toFixed(4)}; logged ${off(logged)}`,
    `SNIPS ${off(snips)}, doubly robust ${off(doublyRobust)}`,
    `${repeated} of ${askedAgain} lists gave their logged chance again\n`,
  ].join("\n");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}
