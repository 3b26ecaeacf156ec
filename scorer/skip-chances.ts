import { Failure } from "../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName, type TrackIndex } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import type { Scorer } from "./scorer.ts";
import { type AskedFor, isInSession } from "./tastes.ts";

/** How likely the listener would skip each of `tracks`, if it came next: the logistic function of
 *  the mean logit of the models that say so, the short-term one only within its session. Undefined
 *  where none does. */
export async function skipChances(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  { asked, tracks }: { readonly asked: AskedFor; readonly tracks: readonly TrackIndex[] },
): Promise<readonly number[] | undefined> {
  if (record === undefined || record.steps === 0 || tracks.length === 0) return undefined;
  const spoken: Float32Array[] = [];
  for (const name of MODEL_NAMES) {
    if (name === "short" && !isInSession(scorer, record, asked)) continue;
    const logits = await skipLogits(scorer, record.hidden[name], { name, tracks });
    if (logits !== undefined) spoken.push(logits);
  }
  if (spoken.length === 0) return undefined;
  return tracks.map((_, row) => {
    const sum = spoken.reduce((total, logits) => total + logits[row]!, 0);
    return 1 / (1 + Math.exp(-sum / spoken.length));
  });
}

/** [tracks]; undefined, and noticed, where the model fails. */
async function skipLogits(
  { bundle, runner, notice }: Scorer,
  hidden: Float32Array | undefined,
  { name, tracks }: { readonly name: ModelName; readonly tracks: readonly TrackIndex[] },
): Promise<Float32Array | undefined> {
  const model = bundle.models[name];
  if (model?.skip === undefined || hidden === undefined) return undefined;
  const rows = tracks.length;
  const states = new Float32Array(rows * model.hidden);
  const vectors = new Float32Array(rows * model.dimension);
  for (const [row, track] of tracks.entries()) {
    const from = track * model.dimension;
    states.set(hidden, row * model.hidden);
    vectors.set(model.outputVectors.subarray(from, from + model.dimension), row * model.dimension);
  }
  try {
    const logits = await runner.skip({ model: name, rows, hidden: states, track: vectors });
    if (logits.every(Number.isFinite)) return logits;
    notice(new Failure("bug", `the skip head of model "${name}" gives no finite logit`));
  } catch (error) {
    notice(new Failure("bug", `model "${name}" says nothing of skips`, { cause: error }));
  }
  return undefined;
}
