import { multiply, record } from "../onnx/differentiable-ops.ts";
import { type Graph, integers, node, scalar, type Tensor } from "../onnx/graph-builder.ts";

/** Below this a probability counts as this much, so that a loss stays finite. */
const PROBABILITY_MIN = 1e-30;

/** T² · Σ_r weights_r · Σ_c −p_rc · ln q_rc, a scalar, where p is the softmax of the teacher's
 *  scores ÷ T and q that of the student's. `scores` and `teacher` are [M, C], `weights` [M, 1]; the
 *  teacher and the weights have no gradient. T² keeps the gradient's size whatever T is.
 *  Source: Hinton et al. 2015, arXiv 1503.02531, section 2. */
export function softTargetLoss(
  graph: Graph,
  scores: Tensor,
  given: {
    readonly teacher: Tensor;
    readonly weights: Tensor;
    readonly temperature: number;
  },
): Tensor {
  const { temperature } = given;
  const cooler = scalar(graph, 1 / temperature);
  const targets = softmax(graph, node(graph, "Mul", [given.teacher, cooler], scores));
  const probabilities = softmax(graph, node(graph, "Mul", [scores, cooler], scores));
  const column: Pick<Tensor, "shape"> = { shape: [scores.shape[0]!, 1] };
  const bounded = node(graph, "Max", [probabilities, scalar(graph, PROBABILITY_MIN)], scores);
  const terms = node(graph, "Mul", [targets, node(graph, "Log", [bounded], scores)], scores);
  const weighted = node(graph, "Mul", [terms, given.weights], scores);
  const total = node(graph, "ReduceSum", [weighted, integers(graph, [0, 1])], {
    shape: [],
    attributes: { keepdims: 0 },
  });
  const loss = node(graph, "Neg", [total], total);
  const plain = record(graph, { inputs: [scores], output: loss }, (gradient) => {
    const share = node(graph, "Mul", [given.weights, gradient], column);
    const pull = node(graph, "Sub", [probabilities, targets], scores);
    return [node(graph, "Mul", [node(graph, "Mul", [pull, share], scores), cooler], scores)];
  });
  return multiply(graph, plain, scalar(graph, temperature ** 2));
}

function softmax(graph: Graph, scores: Tensor): Tensor {
  return node(graph, "Softmax", [scores], { shape: scores.shape, attributes: { axis: 1 } });
}
