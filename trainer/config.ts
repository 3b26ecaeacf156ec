import { BUNDLE_LIMITS } from "../core/bundle/limits.ts";
import { MODEL_NAMES, type ModelName } from "../core/domain/ids.ts";
import { IDLE_TIMEOUT_MS } from "../core/state/session-cut.ts";
import { checkValue, wrong } from "./config-values.ts";
import { type ModelForm, stateWidth } from "./onnx/model-sizes.ts";
import { PREPARING_DEFAULTS, type PreparingConfig } from "./prepare/preparing-config.ts";
import type { LossName } from "./training-graph.ts";

/** What a training may be told. Null stands for a choice by the size of the log. */
export interface TrainingConfig {
  /** A session without ids of its own ends after this silence. */
  readonly idleTimeoutMs: number;
  /** Tracks with fewer events are not learned. */
  readonly trackSupportMin: number;
  /** What else is not learned from. */
  readonly preparing: PreparingConfig;
  /** The last share of sessions, by time: it chooses the epoch and the blend. */
  readonly validationShare: number | null;
  /** At most so many predictions measure an epoch. */
  readonly validationPredictionsMax: number;
  /** Whether the published weights are learned anew from all sessions, the held-back ones too, for
   *  as many epochs as measured best. */
  readonly refit: boolean;
  readonly short: ModelConfig;
  readonly long: LongModelConfig;
  readonly neighbours: NeighboursConfig;
  readonly coplay: CoplayConfig;
  readonly popularity: PopularityConfig;
  readonly skips: SkipsConfig;
  readonly clusters: ClustersConfig;
}

/** What lets a search read a part of a large catalogue. */
export interface ClustersConfig {
  readonly enabled: boolean;
  /** Smaller catalogues are read whole. */
  readonly tracksMin: number;
}

/** What a skip does to the next list, beside what the models make of it. */
export interface SkipsConfig {
  /** How far tastes move away from a track that was skipped at once, in logits; the bundle's
   *  `blend.skips`. Without a skip in the log it is published as 0. */
  readonly push: number;
}

/** Other sessions that resemble a listener's own; `scorer/sources/neighbours.ts` says how. */
export interface NeighboursConfig {
  readonly enabled: boolean;
  /** The newest sessions are kept, so many. */
  readonly sessionsMax: number;
  readonly neighboursMax: number;
  readonly sessionsPerTrackMax: number;
  /** A session counts e times less for every such share of the kept sessions that is newer. */
  readonly recencyShare: number;
  readonly sharpness: number;
}

/** What is played after a track; `scorer/sources/coplay.ts` says how. */
export interface CoplayConfig {
  readonly enabled: boolean;
  /** A track's successors are looked for so many tracks further. */
  readonly reachTracks: number;
  /** A play counts e times less for every such share of all sessions that is newer. */
  readonly recencyShare: number;
  /** Of each track, the most frequent ones are kept. */
  readonly successorsMax: number;
  readonly tracksMax: number;
  readonly decay: number;
  /** The longest run of last tracks whose continuation is looked up; 1 for none. */
  readonly runTracksMax: number;
  /** How many times as much a run counts as one that is a track shorter. */
  readonly runWeight: number;
  /** The newest sessions are looked up, so many plays. */
  readonly runPlaysMax: number;
  readonly sharpness: number;
}

/** What is played much of late. */
export interface PopularityConfig {
  /** A play counts e times less for every such share of all sessions that is newer. */
  readonly recencyShare: number;
}

export interface ModelConfig extends Required<ModelForm> {
  readonly enabled: boolean;
  /** H */
  readonly hidden: number | null;
  /** D; where it is H, the hidden state itself is the taste. */
  readonly dimension: number | null;
  readonly epochs: number | null;
  /** Epochs without a better validation after which training stops. */
  readonly patience: number;
  /** Sequences that go on side by side. */
  readonly lanes: number | null;
  /** Events through which a gradient goes back. */
  readonly steps: number | null;
  /** Sampled wrong answers of a batch, beside the other rows' right ones. */
  readonly negatives: number | null;
  /** Negatives are drawn in proportion to support^this. */
  readonly negativeExponent: number;
  readonly learningRate: number;
  /** The learning rate of the last epoch, as a share of the first's. */
  readonly lastRateShare: number;
  readonly inputDropout: number | null;
  readonly tasteDropout: number | null;
  /** What a skipped or disliked track counts as an answer. */
  readonly skippedTargetWeight: number;
  readonly loss: LossName;
  /** What BPR-max's squared scores count. */
  readonly bprRegulariser: number;
  /** What is left of a weight's last move in its next one. */
  readonly momentum: number;
  /** What the newest epoch counts in the weights that are measured and published; 1 for the last
   *  epoch's alone. */
  readonly averagingShare: number;
  /** What the chance of a skip counts beside the right answer; 0 for a model that says none. */
  readonly skipHeadWeight: number;
  /** What a track that was skipped at once counts as a wrong answer after its skip. */
  readonly skipPushWeight: number;
}

export interface LongModelConfig extends ModelConfig {
  /** The right answer is drawn from so many events ahead. */
  readonly horizonMin: number;
  readonly horizonMax: number;
  /** A listener's events are learned in pieces of at most this many. */
  readonly pieceEventsMax: number;
}

const MODEL_DEFAULTS: ModelConfig = {
  enabled: true,
  hidden: null,
  dimension: null,
  epochs: null,
  patience: 2,
  lanes: null,
  steps: null,
  negatives: null,
  negativeExponent: 0.5,
  learningRate: 0.12,
  lastRateShare: 1,
  inputDropout: null,
  tasteDropout: null,
  skippedTargetWeight: 0.2,
  cell: "gru",
  layers: 1,
  normalise: "none",
  skipConnection: false,
  vectors: "tied",
  loss: "softmax",
  bprRegulariser: 1,
  momentum: 0,
  averagingShare: 0.4,
  skipHeadWeight: 0.5,
  skipPushWeight: 1,
};

/** A bent is told in fewer numbers than a next step. */
const LONG_SIZES = { hidden: 100, dimension: 100, inputDropout: null, tasteDropout: null };
/** The long model knows who skips much: it is the one to learn it. */
const LONG_DEFAULTS = { ...MODEL_DEFAULTS, ...LONG_SIZES, skipHeadWeight: 3 };

export const TRAINING_DEFAULTS: TrainingConfig = deepFreeze({
  idleTimeoutMs: IDLE_TIMEOUT_MS,
  trackSupportMin: 1,
  preparing: PREPARING_DEFAULTS,
  validationShare: null,
  validationPredictionsMax: 8000,
  refit: true,
  short: MODEL_DEFAULTS,
  long: { ...LONG_DEFAULTS, horizonMin: 1, horizonMax: 10, pieceEventsMax: 256 },
  neighbours: {
    enabled: true,
    sessionsMax: 500_000,
    neighboursMax: 300,
    sessionsPerTrackMax: 500,
    recencyShare: 0.5,
    sharpness: 20_000,
  },
  coplay: {
    enabled: true,
    reachTracks: 10,
    recencyShare: 1,
    successorsMax: 100,
    tracksMax: 10,
    decay: 0.6,
    runTracksMax: 3,
    runWeight: 6,
    runPlaysMax: 50_000_000,
    sharpness: 50,
  },
  popularity: { recencyShare: 0.02 },
  skips: { push: 3.5 },
  clusters: { enabled: true, tracksMin: 20_000 },
});

/** Checks settings as a JSON file gives them and lays them over the defaults; the result is frozen.
 *  Throws `bad_configuration` with the field at an unknown key or a wrong value. */
export function parseTrainingConfig(settings: unknown): TrainingConfig {
  const config = overlay(TRAINING_DEFAULTS, settings, "") as unknown as TrainingConfig;
  const { horizonMin, horizonMax } = config.long;
  if (horizonMax < horizonMin) {
    throw wrong(
      "long.horizonMax",
      `must be at least horizonMin, ${horizonMin}, and is ${horizonMax}`,
    );
  }
  if (!config.short.enabled && !config.long.enabled) {
    throw wrong("short.enabled", "or long.enabled must be true");
  }
  for (const name of MODEL_NAMES) checkState(name, config[name]);
  return deepFreeze(config);
}

/** Checks one setting by its dotted key, such as `short.hidden`, apart from what it means beside
 *  others. Throws `bad_configuration` with the key where it is unknown or the value is wrong. */
export function checkSetting(key: string, value: unknown): void {
  overlay(TRAINING_DEFAULTS, nestedSettings([[key, value]]), "");
}

/** Settings by dotted key as a configuration file nests them. */
export function nestedSettings(
  settings: Iterable<readonly [key: string, value: unknown]>,
): Record<string, unknown> {
  const nested = emptySettings();
  for (const [key, value] of settings) {
    const parts = key.split(".");
    const name = parts.pop()!;
    const owner = parts.reduce((whole, part) => {
      whole[part] ??= emptySettings();
      return whole[part] as Record<string, unknown>;
    }, nested);
    owner[name] = value;
  }
  return nested;
}

/** Without a prototype, so that no key reaches one. */
function emptySettings(): Record<string, unknown> {
  return Object.create(null);
}

/** A state that no bundle can hold is refused before it is learned; sizes that are chosen by the
 *  log always fit. */
function checkState(name: ModelName, config: ModelConfig): void {
  const { hidden, dimension } = config;
  const sizes = { hidden: hidden ?? 0, dimension: dimension ?? 0, featureWidth: 0 };
  const width = stateWidth({ ...config, ...sizes });
  if (width <= BUNDLE_LIMITS.hiddenMax) return;
  const fault = `makes a state of ${width} numbers; a bundle has ${BUNDLE_LIMITS.hiddenMax}`;
  throw wrong(`${name}.hidden`, fault);
}

function overlay(defaults: object, settings: unknown, path: string): Record<string, unknown> {
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) {
    throw wrong(path.slice(0, -1) || "config", "must be an object");
  }
  const result: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(settings)) {
    const field = path + key;
    if (!Object.hasOwn(defaults, key)) {
      throw wrong(field, `is unknown; known are ${Object.keys(defaults).join(", ")}`);
    }
    const before = result[key];
    if (typeof before === "object" && before !== null) {
      result[key] = overlay(before, value, `${field}.`);
    } else {
      checkValue(field, key, value);
      result[key] = value;
    }
  }
  return result;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
