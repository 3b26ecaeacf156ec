import type { BlendWeights } from "../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import { UNRANKED } from "./measure-ranks.ts";
import {
  type Accuracy,
  accuracyOf,
  openCatalogueScorer,
  rankOf,
  type ScoredTracks,
  worth,
} from "./score-catalogue.ts";
import type { Checkpoint } from "./train-epoch.ts";

/** A model's weights as they were measured, with its taste after each prediction's event. */
export interface MeasuredModel {
  readonly table: ScoredTracks;
  /** [predictions, D] */
  readonly tastes: Float32Array;
}

export interface Calibration {
  readonly blend: BlendWeights;
  readonly accuracy: Accuracy;
}

export interface BlendSources {
  readonly models: Readonly<Partial<Record<ModelName, MeasuredModel>>>;
  /** [predictions]: tracks, −1 for one that the models do not know. */
  readonly answers: Int32Array;
  /** [tracks] */
  readonly popularity: Float32Array;
  readonly checkpoint: Checkpoint;
}

const WEIGHTS_TRIED = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8] as const;
const ROWS_AT_ONCE = 32;

/** Chooses how much each source counts by its worth over the held-back predictions: first
 *  the long model's weight beside a short model of 1, then popularity's beside both. Where two do
 *  equally well, the lower weight is taken. */
export async function calibrateBlend(sources: BlendSources): Promise<Calibration> {
  const { models } = sources;
  const alone: BlendWeights = {
    short: models.short ? 1 : 0,
    long: models.short ? 0 : 1,
    popularity: 0,
  };
  const longTried =
    models.short && models.long ? WEIGHTS_TRIED.map((long) => ({ ...alone, long })) : [alone];
  const withLong = await best(sources, longTried);
  const popularityTried = WEIGHTS_TRIED.map((popularity) => ({ ...withLong.blend, popularity }));
  return await best(sources, popularityTried);
}

async function best(sources: BlendSources, blends: readonly BlendWeights[]): Promise<Calibration> {
  const ranks = await ranksOf(sources, blends);
  let chosen: Calibration | undefined;
  for (const [index, blend] of blends.entries()) {
    const accuracy = accuracyOf(ranks[index]!);
    if (!chosen || worth(accuracy) > worth(chosen.accuracy)) chosen = { blend, accuracy };
  }
  return chosen!;
}

/** → for each blend, the rank of each answer. */
async function ranksOf(
  sources: BlendSources,
  blends: readonly BlendWeights[],
): Promise<readonly Int32Array[]> {
  const { answers, popularity } = sources;
  const count = popularity.length;
  const scorers = await openScorers(sources);
  const ranks = blends.map(() => new Int32Array(answers.length));
  const blended = new Float32Array(count);
  for (let start = 0; start < answers.length; start += ROWS_AT_ONCE) {
    sources.checkpoint();
    const end = Math.min(answers.length, start + ROWS_AT_ONCE);
    const parts = await Promise.all(scorers.map((scorer) => scorer.rows(start, end)));
    for (let row = start; row < end; row++) {
      const from = (row - start) * count;
      for (const [index, blend] of blends.entries()) {
        for (let track = 0; track < count; track++) {
          blended[track] = blend.popularity * popularity[track]!;
        }
        for (const [source, { name }] of scorers.entries()) {
          const [weight, scores] = [blend[name], parts[source]!];
          if (weight === 0) continue;
          for (let track = 0; track < count; track++) {
            blended[track] = blended[track]! + weight * scores[from + track]!;
          }
        }
        const answer = answers[row]!;
        ranks[index]![row] = answer < 0 ? UNRANKED : rankOf(blended, answer);
      }
    }
  }
  for (const scorer of scorers) await scorer.close();
  return ranks;
}

function openScorers({ models }: BlendSources) {
  const names = MODEL_NAMES.filter((name) => models[name]);
  return Promise.all(
    names.map(async (name) => {
      const { table, tastes } = models[name]!;
      const scorer = await openCatalogueScorer(table, ROWS_AT_ONCE);
      const rows = (start: number, end: number) =>
        scorer.score(tastes.subarray(start * table.dimension, end * table.dimension));
      return { name, rows, close: scorer.close };
    }),
  );
}
