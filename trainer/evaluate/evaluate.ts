import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { BundleId } from "../../core/domain/ids.ts";
import { readLogFolder, readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { bySource, type Source } from "./ask-and-hear.ts";
import {
  addTallies,
  joinPredictions,
  joinSkips,
  type ListTally,
  type ObservedPart,
  type PredictionRanks,
} from "./observe-lists.ts";
import { type RankFigures, rankCountsOf, rankFigures } from "./rank-counts.ts";
import { readTrueSkips } from "./read-truth.ts";
import { type SkipFigures, skipFigures } from "./skip-figures.ts";

export interface EvaluateOptions {
  readonly bundleFolder: string;
  readonly logFolder: string;
  /** A log folder that is heard first, without predictions: what listeners did before. */
  readonly warmFolder?: string | undefined;
  /** Threads; listeners are divided among them. All processors where it is not given. */
  readonly threads?: number | undefined;
  /** The share of the listeners, drawn by their ids, who are heard and measured; all where it is
   *  not given. */
  readonly listenerShare?: number | undefined;
  /** Whether listeners with an earlier session are measured without the long-term model, too. */
  readonly asksWithoutLong?: boolean;
  readonly progress: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Figures of the served blend, and of each source alone. */
export interface Evaluation extends RankFigures {
  readonly bundle_id: BundleId;
  /** Predictions whose target the bundle does not know; they count as misses. */
  readonly unknown_targets: number;
  readonly by_source: Readonly<Record<Source, RankFigures>>;
  /** Absent where the bundle's models say nothing of skips. */
  readonly skip?: SkipFigures;
}

/** Replays a log folder event by event through ingest and scorer, with one prediction for every
 *  event but the first of each session, ranked over the whole catalogue; equal scores stand in
 *  order of track index. The tracks just heard stay in the lists (`exclude_heard` 0): published
 *  protocols keep them. Listeners do not meet each other, so the figures do not depend on
 *  `threads`. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  return (await evaluateInDetail(options)).evaluation;
}

/** An evaluation with each prediction, in order of the log, and what the blend's lists held. */
export interface DetailedEvaluation {
  readonly evaluation: Evaluation;
  readonly predictions: PredictionRanks;
  readonly tally: ListTally;
  /** CPU time of the whole replay, all sources and threads. */
  readonly cpuSeconds: number;
}

/** `evaluate`, with what it was counted from. */
export async function evaluateInDetail(options: EvaluateOptions): Promise<DetailedEvaluation> {
  const cpuBefore = process.cpuUsage();
  const { bundleFolder, logFolder, warmFolder, listenerShare = 1 } = options;
  const { asksWithoutLong = false } = options;
  const folders = { bundleFolder, logFolder, warmFolder };
  const { manifest } = await openBundle(bundleFolder);
  const header = await readLogHeader(logFolder);
  const warm = warmFolder === undefined ? 0 : (await readLogHeader(warmFolder)).events;
  const threads = options.threads ?? availableParallelism();
  const done = new Array<number>(threads).fill(0);
  const parts = await Promise.all(
    done.map((_, index) =>
      evaluatePart(
        { ...folders, listenerShare, asksWithoutLong, index, threads },
        options.signal,
        (events) => {
          done[index] = events;
          const sum = done.reduce((total, count) => total + count, 0);
          options.progress(sum, Math.ceil((header.events + warm) * listenerShare));
        },
      ),
    ),
  );
  const predictions = joinPredictions(parts.map((part) => part.predictions));
  const figures = bySource((source) => rankFigures(rankCountsOf(predictions.ranks[source])));
  const truth = await trueSkips(logFolder, header.events);
  const skip = skipFigures(joinSkips(parts.map(({ skips }) => skips)), truth);
  const cpu = process.cpuUsage(cpuBefore);
  return {
    evaluation: {
      ...figures.blend,
      bundle_id: manifest.id,
      unknown_targets: parts.reduce((sum, part) => sum + part.unknownTargets, 0),
      by_source: figures,
      ...(skip && { skip }),
    },
    predictions,
    tally: parts.map(({ tally }) => tally).reduce(addTallies),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

/** [events]: the true chance of a skip by place in the log; undefined where no truth is there. */
async function trueSkips(folder: string, events: number): Promise<Float64Array | undefined> {
  const chances = await readTrueSkips(folder);
  if (chances === undefined) return undefined;
  const byPlace = new Float64Array(events);
  let place = 0;
  for await (const { eventId } of readLogFolder(folder)) {
    const chance = chances.get(eventId);
    if (chance === undefined) {
      throw new Failure("bad_log_folder", `${folder} holds no truth of event ${eventId}`);
    }
    byPlace[place++] = chance;
  }
  return byPlace;
}

/** What a thread is given. */
export interface PartTask {
  readonly bundleFolder: string;
  readonly logFolder: string;
  readonly warmFolder?: string | undefined;
  readonly listenerShare: number;
  readonly asksWithoutLong: boolean;
  readonly index: number;
  readonly threads: number;
}

/** What a thread says: how far it is, and at the end what it counted. */
export type PartMessage =
  | { readonly events: number }
  | ({ readonly unknownTargets: number } & ObservedPart);

type PartResult = Extract<PartMessage, { tally: ListTally }>;

/** Never ends its thread by force: ONNX Runtime may be at work in it, and would take the whole
 *  process along. */
async function evaluatePart(
  task: PartTask,
  signal: AbortSignal | undefined,
  progress: (events: number) => void,
): Promise<PartResult> {
  const worker = new Worker(new URL("./evaluate-worker.ts", import.meta.url), { workerData: task });
  const stop = (): void => worker.postMessage("stop");
  signal?.addEventListener("abort", stop, { once: true });
  let result: PartResult | undefined;
  worker.on("message", (message: PartMessage) => {
    if ("events" in message) progress(message.events);
    else result = message;
  });
  await new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  if (result === undefined) throw new Failure("bug", "an evaluation thread ended early");
  return result;
}
