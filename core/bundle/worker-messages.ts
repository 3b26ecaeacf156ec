import type { FailureMessage } from "../domain/failure-message.ts";
import type { ModelName } from "../domain/ids.ts";
import type { TasteRows } from "./gathered-tastes.ts";
import type { BundleGraphs } from "./graph-runner.ts";
import type { Course } from "./step-runner.ts";

/** What a step worker is started with. */
export interface WorkerStart {
  /** Whether other threads go first, for good. */
  readonly goesLast: boolean;
}

/** A request with the number that its answer has, too. */
export interface WorkerCall {
  readonly id: number;
  readonly request: WorkerRequest;
}

/** What it is asked: to open a bundle's graphs, `rows` rows of a graph's inputs or whole courses,
 *  to close the graphs, and to end. Memory of rows and courses goes over with them. */
export type WorkerRequest =
  | { readonly kind: "open"; readonly graphs: BundleGraphs }
  | {
      readonly kind: "step";
      readonly model: ModelName;
      readonly rows: number;
      readonly track: Float32Array;
      readonly features: Float32Array;
      readonly hidden: Float32Array;
    }
  | { readonly kind: "tastes"; readonly asked: readonly TasteRows[] }
  | {
      readonly kind: "skip";
      readonly model: ModelName;
      readonly rows: number;
      readonly hidden: Float32Array;
      readonly track: Float32Array;
    }
  | { readonly kind: "run"; readonly courses: readonly Course[] }
  | { readonly kind: "close" }
  | { readonly kind: "end" };

/** What it answers to all but the last. */
export type WorkerReply =
  | { readonly kind: "done"; readonly id: number; readonly outputs: readonly Float32Array[] }
  | { readonly kind: "failed"; readonly id: number; readonly failure: FailureMessage };
