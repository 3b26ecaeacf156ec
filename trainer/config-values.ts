import { Failure } from "../core/domain/failure.ts";
import { CELL_NAMES, NORMALISED, VECTOR_USES } from "./onnx/model-sizes.ts";
import { PREPARING_RANGES } from "./prepare/preparing-config.ts";
import { LOSS_NAMES } from "./training-graph.ts";

/** Checks one value by the name of its setting. Throws `bad_configuration` with `field`. */
export function checkValue(field: string, key: string, value: unknown): void {
  const choices = CHOICES[key];
  if (choices) {
    if (choices.includes(value as string)) return;
    throw wrong(field, `must be ${choices.join(" or ")}, and is ${JSON.stringify(value)}`);
  }
  const range = RANGES[key];
  if (!range) {
    if (typeof value !== "boolean") throw wrong(field, "must be true or false");
    return;
  }
  if (value === null && SIZED_BY_LOG.has(key)) return;
  const [least, most, form] = range;
  const fits = typeof value === "number" && value >= least && value <= most;
  if (fits && (form === "real" || Number.isInteger(value))) return;
  const number = form === "whole" ? "a whole number" : "a number";
  throw wrong(field, `must be ${number} from ${least} to ${most}, and is ${JSON.stringify(value)}`);
}

export function wrong(field: string, fault: string): Failure {
  return new Failure("bad_configuration", `${field} ${fault}`, { field });
}

/** Lowest and highest value of each number, and whether it must be whole. */
const RANGES: Readonly<Record<string, readonly [number, number, "whole" | "real"]>> = {
  idleTimeoutMs: [1000, 30 * 24 * 60 * 60 * 1000, "whole"],
  trackSupportMin: [1, 1_000_000, "whole"],
  validationShare: [0, 0.5, "real"],
  validationPredictionsMax: [1, 1_000_000, "whole"],
  hidden: [1, 4096, "whole"],
  dimension: [1, 4096, "whole"],
  epochs: [1, 1000, "whole"],
  patience: [1, 1000, "whole"],
  lanes: [1, 4096, "whole"],
  steps: [1, 256, "whole"],
  negatives: [1, 65_536, "whole"],
  negativeExponent: [0, 1, "real"],
  learningRate: [1e-6, 10, "real"],
  lastRateShare: [0.001, 1, "real"],
  inputDropout: [0, 0.95, "real"],
  tasteDropout: [0, 0.95, "real"],
  skippedTargetWeight: [0, 1, "real"],
  skipHeadWeight: [0, 100, "real"],
  skipPushWeight: [0, 100, "real"],
  push: [0, 1000, "real"],
  layers: [1, 8, "whole"],
  bprRegulariser: [0, 1000, "real"],
  momentum: [0, 0.999, "real"],
  averagingShare: [0.01, 1, "real"],
  horizonMin: [1, 10_000, "whole"],
  horizonMax: [1, 10_000, "whole"],
  pieceEventsMax: [2, 1_000_000, "whole"],
  sessionsMax: [1, 10_000_000, "whole"],
  neighboursMax: [1, 65_536, "whole"],
  sessionsPerTrackMax: [1, 1_048_576, "whole"],
  recencyShare: [0.001, 1000, "real"],
  reachTracks: [1, 256, "whole"],
  successorsMax: [1, 10_000, "whole"],
  tracksMax: [1, 32, "whole"],
  tracksMin: [1, 16_777_216, "whole"],
  decay: [0, 1, "real"],
  runTracksMax: [1, 32, "whole"],
  runWeight: [0, 1000, "real"],
  runPlaysMax: [1, 268_435_456, "whole"],
  sharpness: [0, 1e9, "real"],
  ...PREPARING_RANGES,
};

/** Settings that are one of a few words. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  cell: CELL_NAMES,
  normalise: NORMALISED,
  vectors: VECTOR_USES,
  loss: LOSS_NAMES,
};

/** Settings that may be null. */
const SIZED_BY_LOG: ReadonlySet<string> = new Set([
  ...["validationShare", "hidden", "dimension", "inputDropout", "tasteDropout"],
  ...["epochs", "lanes", "steps", "negatives"],
]);
