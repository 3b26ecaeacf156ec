import type { BundleContent, ModelContent } from "../../core/bundle/bundle.ts";
import { HIDDEN_BITS_DEFAULT } from "../../core/bundle/hidden-bits.ts";
import { type BlendWeights, featureWidth, wholeBlend } from "../../core/bundle/manifest.ts";
import type { ModelName } from "../../core/domain/ids.ts";
import type { Tastes } from "../../scorer/retrieval/retriever.ts";
import { replayServed } from "../replay-tastes.ts";
import type { Sequences } from "../sequences.ts";
import type { StopCheck } from "../train-epoch.ts";
import type { ValidationPlan } from "../validation-plan.ts";
import type { SampledQueries } from "./cluster-points.ts";

/** Sessions to take tastes from. */
export interface HeardSessions {
  readonly sequences: Sequences;
  readonly validation: Pick<ValidationPlan, "predictions" | "walks">;
}

/** Enough that recall is known to a few thousandths. */
const TASTES_MAX = 256;

/** Tastes of the content's own models after events of some sessions, spread evenly, and the
 *  weightings by which they are searched for: each model alone, and the blend. */
export async function sampleQueries(
  { models, blend }: Pick<BundleContent, "models" | "blend">,
  { sequences, validation }: HeardSessions,
  stopCheck: StopCheck,
): Promise<SampledQueries> {
  const names = Object.keys(models) as ModelName[];
  const after = evenly(validation.predictions.after, TASTES_MAX);
  const predictions = { after, answer: after };
  const tastes: Partial<Record<ModelName, Float32Array>>[] = Array.from(after, () => ({}));
  for (const name of names) {
    const model = models[name]!;
    const { hiddenBits = HIDDEN_BITS_DEFAULT } = model;
    const served = { ...model, hiddenBits, featureWidth: featureWidth(model.features) };
    const log = { sequences, features: model.features };
    const plan = { walks: validation.walks[name], predictions, stopCheck };
    const rows = await replayServed(served, log, plan);
    const { dimension } = model;
    for (const [at, taste] of tastes.entries()) {
      taste[name] = rows.slice(at * dimension, (at + 1) * dimension);
    }
  }
  return { tastes: tastes as readonly Tastes[], weightings: weightingsOf(models, blend) };
}

function evenly(events: Int32Array, most: number): Int32Array {
  const taken = Math.min(most, events.length);
  return Int32Array.from({ length: taken }, (_, at) => {
    return events[Math.floor((at * events.length) / taken)]!;
  });
}

function weightingsOf(
  models: Readonly<Partial<Record<ModelName, ModelContent>>>,
  blend: BundleContent["blend"],
): readonly BlendWeights[] {
  const alone = Object.keys(models).map((name) => wholeBlend({ [name]: 1 }));
  const { short, long, popularity } = blend;
  return short + long > 0 ? [...alone, wholeBlend({ short, long, popularity })] : alone;
}
