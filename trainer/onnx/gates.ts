import { add, matmul } from "./differentiable-ops.ts";
import type { Graph, Tensor } from "./graph-builder.ts";
import { normaliseRows } from "./normalise-rows.ts";

/** The weights of one layer; G is 3 · H for a GRU, 4 · H for an LSTM. */
export interface LayerWeights<Value> {
  /** [D, G], or [H, G] on top of another layer. */
  readonly input: Value;
  /** [F, G]; absent where F = 0 and on top of another layer. */
  readonly feature?: Value;
  /** [H, G] */
  readonly hidden: Value;
  /** [G] */
  readonly inputBias: Value;
  /** [G]; a GRU's alone, since its reset gate scales the part for the new gate. */
  readonly hiddenBias?: Value;
  /** [G] each, where gates are normalised. */
  readonly inputGain?: Value;
  readonly hiddenGain?: Value;
}

/** What the inputs add to the gates: [rows, D] and [rows, F] → [rows, G]. It needs no hidden state,
 *  so that many steps' inputs go through one multiplication. */
export function inputGates(
  graph: Graph,
  inputs: { readonly input: Tensor; readonly features?: Tensor | undefined },
  weights: LayerWeights<Tensor>,
): Tensor {
  const { feature, inputBias, inputGain } = weights;
  const track = matmul(graph, inputs.input, weights.input);
  if (inputGain) return add(graph, normaliseRows(graph, withFeatures(track), inputGain), inputBias);
  return withFeatures(add(graph, track, inputBias));

  function withFeatures(gates: Tensor): Tensor {
    if (!inputs.features || !feature) return gates;
    return add(graph, gates, matmul(graph, inputs.features, feature));
  }
}

/** What the hidden state adds to the gates: [rows, H] → [rows, G]. */
export function hiddenGates(graph: Graph, hidden: Tensor, weights: LayerWeights<Tensor>): Tensor {
  const { hiddenGain, hiddenBias } = weights;
  const gates = matmul(graph, hidden, weights.hidden);
  const scaled = hiddenGain ? normaliseRows(graph, gates, hiddenGain) : gates;
  return hiddenBias ? add(graph, scaled, hiddenBias) : scaled;
}
