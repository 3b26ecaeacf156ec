import type { Bundle } from "../../core/bundle/bundle.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { openArmScorers } from "../../scorer/experiments/arm-scorers.ts";
import type { Arm, Experiment } from "../../scorer/experiments/experiment.ts";
import { parseExperiments } from "../../scorer/experiments/parse-experiments.ts";
import { listMaker, makePlainList } from "../../scorer/experiments/recommend-in-arm.ts";
import type { RecommendationLog } from "../../scorer/experiments/recommendation-log.ts";
import type { SwapParts } from "../../scorer/swap-scorer.ts";
import type { OptionSpec, Options } from "../command.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { NoticeWriter } from "../notices.ts";
import { readJsonFile } from "../read-json-file.ts";
import { RECOMMENDATION_LOG_OPTIONS, recommendationLogOf } from "./recommendation-log.ts";

const EXPERIMENTS_OPTION: Readonly<Record<string, OptionSpec>> = {
  experiments: {
    type: "text",
    help: "JSON file of experiments, each with its arms; see docs/experiments.md",
  },
};

/** What a scorer is told of experiments and of the log of its lists. */
export const EXPERIMENT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...EXPERIMENTS_OPTION,
  ...RECOMMENDATION_LOG_OPTIONS,
};

export interface OpenExperiments {
  /** Running, over or to come. */
  readonly all: readonly Experiment[];
  readonly makeList: typeof makePlainList;
  /** To be told of every list that was sent. */
  readonly take: RecommendationLog["take"];
  close(): Promise<void>;
}

export interface ExperimentParts extends SwapParts {
  readonly metrics: Metrics;
  readonly notices: NoticeWriter;
}

/** Opens the experiments that `--experiments` names, with the bundles of their arms, and the log of
 *  all lists. Throws `bad_configuration` naming the key or the option at fault. */
export async function experimentsOf(
  options: Options,
  served: Bundle,
  { metrics, notices, ...parts }: ExperimentParts,
): Promise<OpenExperiments> {
  const { all, makeList, close } = await armsOf(options, served, { ...parts, notices });
  const { onNotice } = notices;
  const { take, ...log } = await recommendationLogOf(options, { metrics, onNotice });
  return {
    all,
    makeList,
    take,
    async close() {
      await log.close();
      await close();
    },
  };
}

async function armsOf(
  options: Options,
  served: Bundle,
  { notices, ...parts }: SwapParts & Pick<ExperimentParts, "notices">,
): Promise<Omit<OpenExperiments, "take">> {
  const file = options.textIfGiven("experiments");
  if (file === undefined) {
    return { all: [], makeList: makePlainList, close: async () => undefined };
  }
  const experiments = parseExperiments(await readJsonFile(file, "--experiments"));
  const arms = await openArmScorers(experiments, served, { ...parts, openBundle });
  for (const experiment of experiments) notices.info(describe(experiment));
  return { all: experiments, makeList: listMaker(experiments, arms), close: arms.close };
}

/** These options as they are given to a scorer of one's own, but for what is secret: that it reads
 *  by itself. */
export function experimentArgs(options: Options): string[] {
  return Object.entries(EXPERIMENT_OPTIONS).flatMap(([name, { secret }]) => {
    const value = secret ? undefined : options.textIfGiven(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
}

/** As "experiment dial: as-is 50%, more 50%". */
function describe({ name, arms, interleavedShare }: Experiment): string {
  const percent = (share: number) => `${Math.round(1000 * share) / 10}%`;
  const shares = arms.map((arm: Arm) => `${arm.name} ${percent(arm.share)}`);
  const both = interleavedShare > 0 ? [`interleaved ${percent(interleavedShare)}`] : [];
  return `experiment ${name}: ${[...shares, ...both].join(", ")}`;
}
