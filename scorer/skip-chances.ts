import { SKIP_TERMS, type SkipChanceWeights } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import { MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import type { ScoredTrack, ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import type { Scorer } from "./scorer.ts";
import { habitSigns, type RememberedPlay, type SkipSigns, trackSigns } from "./skip-signs.ts";
import { type AskedFor, isInSession } from "./tastes.ts";

/** How likely the listener would skip each of `tracks`, if it came next: the logistic function of
 *  what the bundle's `skip_chance` weighs, or of the mean of the models' logits where it has none.
 *  The short-term model speaks only within its session. Undefined where no model says anything. */
export async function skipChances(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  { asked, tracks }: { readonly asked: AskedFor; readonly tracks: readonly ScoredTrack[] },
): Promise<readonly number[] | undefined> {
  if (record === undefined || record.steps === 0 || tracks.length === 0) return undefined;
  const said: Partial<Record<ModelName, Float32Array>> = {};
  for (const name of MODEL_NAMES) {
    if (name === "short" && !isInSession(scorer, record, asked)) continue;
    const logits = await skipLogits(scorer, record.hidden[name], { name, tracks });
    if (logits !== undefined) said[name] = logits;
  }
  const spoken = Object.values(said);
  if (spoken.length === 0) return undefined;
  const weights = scorer.bundle.manifest.skip_chance ?? MEAN_OF_MODELS;
  const remembered = rememberedPlays(scorer.live.tracks, record);
  const habits = habitSigns(remembered);
  return tracks.map((track, row) => {
    const mean = spoken.reduce((total, logits) => total + logits[row]!, 0) / spoken.length;
    const { short, long } = said;
    const models = { short: short?.[row] ?? mean, long: long?.[row] ?? mean };
    const signs = { bias: 1, ...models, ...habits, ...trackSigns(remembered, track.index) };
    return 1 / (1 + Math.exp(-weighedSum(weights, signs)));
  });
}

const MEAN_OF_MODELS: SkipChanceWeights = { short: 0.5, long: 0.5 };

function rememberedPlays(
  { indexOfHash }: Pick<ServedTracks, "indexOfHash">,
  { recent }: ListenerRecord,
): RememberedPlay[] {
  return recent.map(({ track, kind, sessionStart, context }) => {
    return { track: indexOfHash(track), kind, sessionStart, context };
  });
}

/** What is neither weighed nor signed counts 0. */
export function weighedSum(weights: SkipChanceWeights, signs: SkipSigns): number {
  let sum = 0;
  for (const term of SKIP_TERMS) sum += (weights[term] ?? 0) * (signs[term] ?? 0);
  return sum;
}

/** [tracks]; undefined, and noticed, where the model fails. */
async function skipLogits(
  { bundle, runner, notice }: Scorer,
  hidden: Float32Array | undefined,
  { name, tracks }: { readonly name: ModelName; readonly tracks: readonly ScoredTrack[] },
): Promise<Float32Array | undefined> {
  const model = bundle.models[name];
  if (model?.skip === undefined || hidden === undefined) return undefined;
  const rows = tracks.length;
  const states = new Float32Array(rows * model.hidden);
  const vectors = new Float32Array(rows * model.dimension);
  for (const [row, track] of tracks.entries()) {
    states.set(hidden, row * model.hidden);
    vectors.set(track.vectors[name]!, row * model.dimension);
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
