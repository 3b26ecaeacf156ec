import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { BundleId } from "../../core/domain/ids.ts";
import { readSessions } from "../baselines/read-sessions.ts";
import type { Source } from "../evaluate/ask-and-hear.ts";
import type { Difference } from "../evaluate/bootstrap.ts";
import { COMPARED, type Compared, compareRanks } from "../evaluate/compare-ranks.ts";
import { sessionsOf } from "../evaluate/compare-with-baselines.ts";
import { type DetailedEvaluation, evaluateInDetail } from "../evaluate/evaluate.ts";
import { type BundleCost, type CostPlan, measureCosts } from "./measure-cost.ts";

/** What a bundle takes and what its lists are worth. */
export interface BundleFigures extends BundleCost {
  readonly bundle_id: BundleId;
  readonly bytes: {
    readonly all: number;
    /** Of vectors with their scales, and of steps. */
    readonly vectors: number;
    readonly steps: number;
  };
  /** Numbers of the hidden states that a listener's record holds. */
  readonly hidden: number;
  readonly accuracy: Readonly<Record<string, Readonly<Record<Compared, number>>>>;
}

export interface BundleComparison {
  readonly predictions: number;
  readonly before: BundleFigures;
  readonly after: BundleFigures;
  /** After minus before, paired: by source and figure. */
  readonly difference: Readonly<Record<string, Readonly<Record<Compared, Difference>>>>;
}

export interface BundlePair {
  readonly before: string;
  readonly after: string;
}

export interface ComparisonTask extends Pick<CostPlan, "logFolder" | "cpuUs" | "signal"> {
  readonly threads?: number | undefined;
  readonly progress: (what: string, done: number, total: number) => void;
}

/** Measures two bundles on the same predictions of a log, through the served code, and what they
 *  cost on this machine. */
export async function compareBundles(
  folders: BundlePair,
  task: ComparisonTask,
): Promise<BundleComparison> {
  const { logFolder, signal, threads, progress } = task;
  const evaluated = async (name: keyof BundlePair) =>
    evaluateInDetail({
      ...{ bundleFolder: folders[name], logFolder, threads, signal },
      progress: (done, total) => progress(`evaluate ${name}`, done, total),
    });
  const before = await evaluated("before");
  const after = await evaluated("after");
  progress("measure CPU", 0, 1);
  const costs = await measureCosts({ ...task, folders: [folders.before, folders.after] });
  const { manifest, trackIds } = await openBundle(folders.after);
  const rules = { idleTimeoutMs: manifest.idle_timeout_ms };
  const log = await readSessions(logFolder, rules, trackIds);
  const session = sessionsOf(log, after.predictions.place);
  const sources = (["blend", "short", "long"] as const).filter((source) => {
    return source === "blend" || manifest.models[source] !== undefined;
  });
  const compared = sources.map((source) => [source, paired({ before, after }, session, source)]);
  return {
    predictions: after.evaluation.predictions,
    before: await figuresOf(folders.before, costs[0]!, before, sources),
    after: await figuresOf(folders.after, costs[1]!, after, sources),
    difference: Object.fromEntries(compared),
  };
}

function paired(
  evaluations: Readonly<Record<keyof BundlePair, DetailedEvaluation>>,
  session: Int32Array,
  source: Source,
): Record<Compared, Difference> {
  const ranks = new Map(
    (["after", "before"] as const).map((name) => {
      return [name as string, evaluations[name].predictions.ranks[source]] as const;
    }),
  );
  return compareRanks(ranks, session, "after").get("before")!.blend_minus!;
}

async function figuresOf(
  folder: string,
  cost: BundleCost,
  { evaluation }: DetailedEvaluation,
  sources: readonly Source[],
): Promise<BundleFigures> {
  const { manifest } = await openBundle(folder);
  const models = Object.values(manifest.models);
  const bytesOf = (names: readonly (string | undefined)[]) =>
    [...new Set(names)].reduce((sum, name) => sum + (name ? manifest.files[name]!.bytes : 0), 0);
  const accuracy = sources.map((source) => {
    const figures = evaluation.by_source[source];
    return [source, Object.fromEntries(COMPARED.map((name) => [name, figures[name]]))];
  });
  return {
    bundle_id: manifest.id,
    bytes: {
      all: bytesOf(Object.keys(manifest.files)),
      vectors: bytesOf(
        models.flatMap((model) => [
          ...[model.input_vectors, model.input_scales],
          ...[model.output_vectors, model.output_scales],
        ]),
      ),
      steps: bytesOf(models.map(({ step }) => step)),
    },
    hidden: models.reduce((sum, { hidden }) => sum + hidden, 0),
    ...cost,
    accuracy: Object.fromEntries(accuracy),
  };
}
