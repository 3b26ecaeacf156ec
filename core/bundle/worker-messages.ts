import type { FailureMessage } from "../domain/failure-message.ts";
import type { ModelName } from "../domain/ids.ts";
import type { TasteRows } from "./gathered-tastes.ts";
import type { BundleGraphs } from "./graph-runner.ts";
import type { Course } from "./step-runner.ts";

/** What a step worker is started with. */
export interface WorkerStart {
  readonly graphs: BundleGraphs;
  /** Whether other threads go first, for good. */
  readonly goesLast: boolean;
}

/** What it is asked: `rows` rows of a graph's inputs, or whole courses. Their memory goes over with
 *  them. */
export type WorkerRequest =
  | {
      readonly kind: "step";
      readonly id: number;
      readonly model: ModelName;
      readonly rows: number;
      readonly track: Float32Array;
      readonly features: Float32Array;
      readonly hidden: Float32Array;
    }
  | { readonly kind: "tastes"; readonly id: number; readonly asked: readonly TasteRows[] }
  | {
      readonly kind: "skip";
      readonly id: number;
      readonly model: ModelName;
      readonly rows: number;
      readonly hidden: Float32Array;
      readonly track: Float32Array;
    }
  | { readonly kind: "run"; readonly id: number; readonly courses: readonly Course[] }
  | { readonly kind: "close" };

/** What it answers; "ready" comes once, before all others, and a failure with id 0 in its place. */
export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly outputs: readonly Float32Array[] }
  | { readonly kind: "failed"; readonly id: number; readonly failure: FailureMessage };
