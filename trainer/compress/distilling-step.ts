import type { ModelParameters, ModelWeights } from "../model-parameters.ts";
import { openGraph, type Values } from "../onnx/graph-session.ts";
import { gatherRows } from "../track-table.ts";
import type { StepShape } from "../training-graph.ts";
import { correctBias, newBatch, type TrainingStep } from "../training-step.ts";
import { distillingGraph } from "./distilling-graph.ts";
import { openTeacher } from "./teacher.ts";

/** A training step in which the student's dense parameters learn, in place, from the right answers
 *  and from what the teacher makes of the same events. Both have the teacher's vectors, and nobody
 *  changes them. `shape` has one step and no dropout. */
export async function openDistillingStep(
  student: Pick<ModelParameters, "dense">,
  teacher: ModelWeights,
  shape: StepShape,
): Promise<TrainingStep> {
  const { lanes, dimension, hidden } = shape;
  const columns = lanes + shape.negatives;
  const batch = newBatch(shape, new Int32Array(lanes + columns));
  const rows = (width: number): Values & { readonly data: Float32Array } => {
    return { shape: [lanes, width], data: new Float32Array(lanes * width) };
  };
  const [trackRows, before, after] = [rows(dimension), rows(hidden), rows(hidden)];
  const candidateRows = new Float32Array(columns * dimension);
  const candidateBias = new Float32Array(columns);
  const rate = new Float32Array(1);
  const loss = new Float32Array(1);
  const speaking = await openTeacher(teacher, lanes);
  const feeds: Record<string, Values> = {
    rate: { shape: [], data: rate },
    track_rows: trackRows,
    teacher_taste: { shape: [lanes, dimension], data: speaking.taste },
    candidate_rows: { shape: [columns, dimension], data: candidateRows },
    candidate_bias: { shape: [1, columns], data: candidateBias },
    keep: { shape: [lanes, 1], data: batch.keep },
    hidden_before: before,
    row_weights: { shape: [lanes, 1], data: batch.weights },
  };
  if (shape.featureWidth > 0) {
    feeds.feature_rows = { shape: [lanes, shape.featureWidth], data: batch.features };
  }
  const fetches: Record<string, Values> = { loss: { shape: [], data: loss }, hidden_after: after };
  const changes = feedParameters(student, feeds, fetches);
  const graph = await openGraph(distillingGraph(shape));
  return {
    batch,
    hidden: before.data,
    async run(nextRate) {
      rate[0] = nextRate;
      gatherRows(teacher.table, batch.heard, trackRows.data);
      gatherRows(teacher.table, batch.candidates, candidateRows);
      correctBias(teacher.table.bias, batch, candidateBias);
      await speaking.hear(batch, trackRows.data);
      await graph.run(feeds, fetches);
      before.data.set(after.data);
      for (const { values, next } of changes) values.set(next);
      return loss[0]!;
    },
    async close() {
      await speaking.close();
      await graph.close();
    },
  };
}

/** Adds the parameters and their sums of squares to what the graph reads and writes; returns which
 *  array takes over which after each run. */
function feedParameters(
  { dense }: Pick<ModelParameters, "dense">,
  feeds: Record<string, Values>,
  fetches: Record<string, Values>,
): { readonly values: Float32Array; readonly next: Float32Array }[] {
  return [...dense].flatMap(([name, { shape, ...parameter }]) =>
    (["values", "squares"] as const).map((part) => {
      const key = part === "values" ? name : `${name}.squares`;
      const values = parameter[part];
      const next = new Float32Array(values.length);
      feeds[key] = { shape, data: values };
      fetches[`${key}.next`] = { shape, data: next };
      return { values, next };
    }),
  );
}
