import type { ModelConfig } from "./config.ts";

/** A model's settings with nothing left open. */
export type SizedConfig<Config extends ModelConfig> = Config & {
  readonly epochs: number;
  readonly lanes: number;
  readonly negatives: number;
};

/** Chooses what the configuration leaves to the size of the log. A large log is learned in large
 *  batches; a small one in small batches and more epochs, so that Adagrad still makes thousands of
 *  steps. */
export function sizeByLog<Config extends ModelConfig>(
  config: Config,
  log: { readonly events: number; readonly tracks: number },
): SizedConfig<Config> {
  const lanes = config.lanes ?? (log.events >= 300_000 ? 256 : log.events >= 30_000 ? 128 : 32);
  const epochs = config.epochs ?? (log.events >= 300_000 ? 5 : log.events >= 30_000 ? 8 : 15);
  const negatives =
    config.negatives ?? Math.max(32, Math.min(2048, 32 * Math.round(log.tracks / 64)));
  return { ...config, lanes, epochs, negatives };
}
