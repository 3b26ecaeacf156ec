import type { ModelConfig } from "./config.ts";
import type { Sequences } from "./sequences.ts";
import { tellsSkips } from "./skip-rows.ts";

/** A model's settings with nothing left open. */
export type SizedConfig<Config extends ModelConfig> = Config & {
  readonly hidden: number;
  readonly dimension: number;
  readonly inputDropout: number;
  readonly tasteDropout: number;
  readonly steps: number;
  readonly epochs: number;
  readonly lanes: number;
  readonly negatives: number;
};

export interface LogSize {
  readonly events: number;
  readonly tracks: number;
  /** Whether it tells skips from plays to the end; it does not where this is left out. */
  readonly skips?: boolean;
}

export function logSize(sequences: Sequences): LogSize {
  const { track, trackIds } = sequences;
  return { events: track.length, tracks: trackIds.length, skips: tellsSkips(sequences) };
}

/** Chooses what the configuration leaves to the size of the log. A large log is learned in large
 *  batches, by a large model that forgets half of its taste at every step; a small one in small
 *  batches and more epochs, so that Adagrad still makes thousands of steps. */
export function sizeByLog<Config extends ModelConfig>(
  config: Config,
  log: LogSize,
): SizedConfig<Config> {
  const size =
    log.events >= LARGE_EVENTS ? "large" : log.events >= MEDIUM_EVENTS ? "medium" : "small";
  const isLong = "horizonMin" in config;
  // Who skips what is told by many events together; a large log shows it anyway.
  const learnsSkips = isLong && log.skips && size !== "large";
  const longDropout = learnsSkips ? SKIPS_DROPOUT : LONG_DROPOUT;
  const dropout = isLong ? longDropout : { input: INPUT_DROPOUT, taste: TASTE_DROPOUT[size] };
  const steps = config.steps ?? (learnsSkips ? SKIP_STEPS : 1);
  const quarter = 64 * Math.round(log.tracks / 256);
  return {
    ...config,
    hidden: config.hidden ?? HIDDEN[size],
    dimension: config.dimension ?? HIDDEN[size],
    inputDropout: config.inputDropout ?? dropout.input,
    tasteDropout: config.tasteDropout ?? dropout.taste,
    steps,
    lanes: config.lanes ?? Math.ceil(LANES[size] / steps),
    epochs: config.epochs ?? EPOCHS[size],
    negatives: config.negatives ?? Math.max(NEGATIVES_MIN, Math.min(NEGATIVES_MAX, quarter)),
  };
}

const LARGE_EVENTS = 300_000;
const MEDIUM_EVENTS = 30_000;
const SKIP_STEPS = 8;
/** Rows of a batch: lanes · steps. */
const LANES = { large: 256, medium: 128, small: 32 } as const;
const HIDDEN = { large: 192, medium: 100, small: 100 } as const;
const INPUT_DROPOUT = 0.2;
const TASTE_DROPOUT = { large: 0.5, medium: 0, small: 0 } as const;
const LONG_DROPOUT = { input: 0.3, taste: 0.3 };
/** A skip head reads every number of the state, and learns a small log by heart otherwise. */
const SKIPS_DROPOUT = { input: 0.5, taste: 0 };
const EPOCHS = { large: 9, medium: 14, small: 12 } as const;
const NEGATIVES_MIN = 64;
const NEGATIVES_MAX = 1024;
