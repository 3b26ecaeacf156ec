import type { ModelWeights } from "../model-parameters.ts";
import { openGraph, type Values } from "../onnx/graph-session.ts";
import { servedGraphs } from "../served-graphs.ts";
import type { StepBatch } from "../training-step.ts";

/** A model that hears the same lanes as the one that learns from it. */
export interface Teacher {
  /** Hears a batch, and writes the taste after each of its events to `taste` [lanes, D]. */
  hear(batch: StepBatch, trackRows: Float32Array): Promise<void>;
  readonly taste: Float32Array;
  close(): Promise<void>;
}

/** Opens the graphs that serve `weights` for so many lanes. */
export async function openTeacher(weights: ModelWeights, lanes: number): Promise<Teacher> {
  const { hidden: width, dimension, featureWidth } = weights.sizes;
  const graphs = servedGraphs(weights);
  const step = await openGraph(graphs.step);
  const tasteOf = await openGraph(graphs.taste);
  const hidden = new Float32Array(lanes * width);
  const next = { shape: [lanes, width], data: new Float32Array(lanes * width) };
  const taste = { shape: [lanes, dimension], data: new Float32Array(lanes * dimension) };
  return {
    taste: taste.data,
    async hear(batch, trackRows) {
      for (const [lane, keep] of batch.keep.entries()) {
        if (keep === 0) hidden.fill(0, lane * width, (lane + 1) * width);
      }
      const feeds: Record<string, Values> = {
        track: { shape: [lanes, dimension], data: trackRows },
        hidden: { shape: [lanes, width], data: hidden },
      };
      if (featureWidth > 0) {
        feeds.features = { shape: [lanes, featureWidth], data: batch.features };
      }
      await step.run(feeds, { hidden_next: next });
      hidden.set(next.data);
      await tasteOf.run({ hidden: next }, { taste });
    },
    async close() {
      await step.close();
      await tasteOf.close();
    },
  };
}
