import type { ModelName } from "../domain/ids.ts";

/** One wave: row r of every tensor belongs to one listener. */
export interface Wave {
  readonly model: ModelName;
  readonly rows: number;
  /** [rows, D] */
  readonly track: Float32Array;
  /** [rows, F] */
  readonly features: Float32Array;
  /** [rows, H] */
  readonly hidden: Float32Array;
}

/** Rows of a state and a track: would the track be skipped, if it came next? */
export interface SkipRows {
  readonly model: ModelName;
  readonly rows: number;
  /** [rows, H] */
  readonly hidden: Float32Array;
  /** [rows, D], rows of `output_vectors`. */
  readonly track: Float32Array;
}

/** Runs a bundle's graphs. A row's result is the same bits whatever the other rows are, how many
 *  there are and where it stands: waves are padded to fixed shapes. */
export interface StepRunner {
  /** → [rows, H] */
  step(wave: Wave): Promise<Float32Array>;
  /** [rows, H] → [rows, D] */
  taste(model: ModelName, hidden: Float32Array, rows: number): Promise<Float32Array>;
  /** → [rows], logits; of a model that has a skip graph. */
  skip(asked: SkipRows): Promise<Float32Array>;
  close(): Promise<void>;
}
