import { SKIP_TERMS, type SkipChanceWeights, type SkipTerm } from "../core/bundle/manifest.ts";
import type { ModelName } from "../core/domain/ids.ts";
import { EVENT_KINDS } from "../core/domain/listening-event.ts";
import { RECENT_EVENTS_MAX } from "../core/state/listener-record.ts";
import { habitSigns, type RememberedPlay, trackSigns } from "../scorer/skip-signs.ts";
import { loadFeatures } from "./event-columns.ts";
import { logisticRegression } from "./logistic-regression.ts";
import type { ModelWeights } from "./model-parameters.ts";
import { openGraph } from "./onnx/graph-session.ts";
import { type ReplayedLog, replayStates } from "./replay-tastes.ts";
import type { Sequences } from "./sequences.ts";
import { servedGraphs } from "./served-graphs.ts";
import { gatherRows } from "./track-table.ts";
import type { StopCheck } from "./train-epoch.ts";
import type { ValidationPlan } from "./validation-plan.ts";

/** A model that was learned without the held-back sessions. */
export interface SkipModel {
  readonly weights: ModelWeights;
  readonly features: ReplayedLog["features"];
}

export interface SkipCalibration {
  readonly sequences: Sequences;
  readonly validation: ValidationPlan;
  readonly models: Readonly<Partial<Record<ModelName, SkipModel>>>;
  readonly stopCheck: StopCheck;
}

/** Fewer plays than this tell too little of how much each term counts. */
const PLAYS_MIN = 500;
/** Of a prior on each weight; thousands of plays speak louder. */
const RIDGE = 5;

/** How much each term of the chance of a skip counts, learned from the held-back plays. Undefined
 *  where no model says anything of skips, or too few plays are held back. */
export async function calibrateSkips(
  calibration: SkipCalibration,
): Promise<SkipChanceWeights | undefined> {
  const { sequences, validation, models, stopCheck } = calibration;
  const heads = Object.entries(models).filter(([, { weights }]) => weights.sizes.skipHead);
  const plays = followingPlays(sequences, validation);
  if (heads.length === 0 || plays.next.length < PLAYS_MIN) return undefined;
  const said: Partial<Record<ModelName, Float32Array>> = {};
  for (const [name, model] of heads as [ModelName, SkipModel][]) {
    const predictions = { after: plays.after, answer: plays.next };
    const plan = { walks: validation.walks[name], predictions, stopCheck };
    const states = await replayStates(model.weights, { ...model, sequences }, plan);
    said[name] = await skipLogits(model.weights, states, tracksOf(sequences, plays.next));
  }
  const terms = SKIP_TERMS.filter((term) => !MODEL_TERMS.has(term) || term in said);
  const signs = new Float64Array(plays.next.length * terms.length);
  for (const [row, after] of plays.after.entries()) {
    const remembered = rememberedAt(sequences, after);
    const own: Partial<Record<SkipTerm, number>> = {
      ...{ bias: 1, short: said.short?.[row] ?? 0, long: said.long?.[row] ?? 0 },
      ...habitSigns(remembered),
      ...trackSigns(remembered, sequences.track[plays.next[row]!]!),
    };
    for (const [at, term] of terms.entries()) signs[row * terms.length + at] = own[term] ?? 0;
  }
  const found = logisticRegression({ signs, labels: plays.skipped, width: terms.length }, RIDGE);
  return Object.fromEntries(terms.map((term, at) => [term, found[at]!]));
}

const MODEL_TERMS: ReadonlySet<string> = new Set(["short", "long"]);
const SKIPPED = EVENT_KINDS.indexOf("skipped");
const FINISHED = EVENT_KINDS.indexOf("finished");

/** The plays to the end and skips among what came after the plan's events. */
function followingPlays({ track, features }: Sequences, { predictions }: ValidationPlan) {
  const after = predictions.after.filter((event) => {
    const kind = features.kind[event + 1];
    return (kind === SKIPPED || kind === FINISHED) && track[event + 1]! >= 0;
  });
  const next = after.map((event) => event + 1);
  const skipped = Uint8Array.from(next, (event) => (features.kind[event] === SKIPPED ? 1 : 0));
  return { after, next, skipped };
}

function tracksOf({ track }: Sequences, events: Int32Array): Int32Array {
  return events.map((event) => track[event]!);
}

/** What the listener's record would remember once the event was heard, oldest first. */
function rememberedAt(sequences: Sequences, event: number): RememberedPlay[] {
  const { listenerStarts, track, features } = sequences;
  const from = Math.max(firstOf(listenerStarts, event), event + 1 - RECENT_EVENTS_MAX);
  return Array.from({ length: event + 1 - from }, (_, index) => {
    const { kind, sessionStart, context } = loadFeatures(features, from + index);
    const known = track[from + index]!;
    return { track: known < 0 ? undefined : known, kind, sessionStart, context };
  });
}

/** The last of `starts` that is not above the event. */
function firstOf(starts: Int32Array, event: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= event) low = middle;
    else high = middle;
  }
  return starts[low]!;
}

const ROWS_AT_ONCE = 256;

/** [plays]: what the model's head says of each track from the state before it. */
async function skipLogits(
  weights: ModelWeights,
  states: Float32Array,
  tracks: Int32Array,
): Promise<Float32Array> {
  const { dimension } = weights.table;
  const width = states.length / tracks.length;
  const logits = new Float32Array(tracks.length);
  const graph = await openGraph(servedGraphs(weights).skip!);
  for (let from = 0; from < tracks.length; from += ROWS_AT_ONCE) {
    const data = logits.subarray(from, from + ROWS_AT_ONCE);
    const rows = data.length;
    const vectors = new Float32Array(rows * dimension);
    gatherRows(weights.table, tracks.subarray(from, from + rows), vectors);
    const hidden = states.subarray(from * width, (from + rows) * width);
    const feeds = {
      hidden: { shape: [rows, width], data: hidden },
      track: { shape: [rows, dimension], data: vectors },
    };
    await graph.run(feeds, { skip: { shape: [rows, 1], data } });
  }
  await graph.close();
  return logits;
}
