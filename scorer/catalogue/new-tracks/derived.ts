import type { ModelName } from "../../../core/domain/ids.ts";
import type { KinKind } from "./kin-kind.ts";

/** What a track of which a bundle knows nothing is scored by. Tracks with equal kin share one. */
export interface Derived {
  readonly origin: Origin;
  readonly models: Readonly<Partial<Record<ModelName, DerivedModel>>>;
}

export interface DerivedModel {
  /** [D] */
  readonly vector: Float32Array;
  readonly bias: number;
}

/** The nearest kin that a vector was derived from. */
export interface Origin {
  readonly from: KinKind;
  /** By code of the columns; of a recording its hash. */
  readonly code: number;
  /** How many of the bundle's tracks they are. */
  readonly tracks: number;
}
