import type { ModelName } from "../domain/ids.ts";
import type { HiddenBits } from "./hidden-bits.ts";

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

/** Steps of many listeners by one model, one wave after the other. Whoever runs a course may write
 *  into its memory. */
export interface Course {
  readonly model: ModelName;
  /** H */
  readonly width: number;
  /** What each step's result is rounded to. */
  readonly hiddenBits: HiddenBits;
  /** [owners, H]: each listener's hidden state before their first step, rounded. */
  readonly hidden: Float32Array;
  /** [waves]: how many rows each wave has. */
  readonly waveRows: readonly number[];
  /** [rows]: whose step each row is, the rows of the first wave first; no wave names an owner
   *  twice. */
  readonly owners: Uint32Array;
  /** [rows]: 1 where the model forgets what was before the step. */
  readonly forgets: Uint8Array;
  /** [rows, D] */
  readonly track: Float32Array;
  /** [rows, F] */
  readonly features: Float32Array;
  /** Owners who take over the state that another one has by then. */
  readonly forks?: readonly Fork[];
}

/** After so many waves, and before the next one, the state of `to` becomes that of `from`. */
export interface Fork {
  readonly waves: number;
  readonly from: number;
  readonly to: number;
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
  /** Runs whole courses at once, as `runCourse` does, → [owners, H] each, and takes their memory.
   *  Only there where that is cheaper than wave by wave. */
  readonly run?: (courses: readonly Course[]) => Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}
