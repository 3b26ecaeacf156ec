import { type Graph, node, scalar, type Tensor } from "./graph-builder.ts";

/** Added under the root of Adagrad's sum of squares. */
export const ADAGRAD_EPSILON = 1e-6;

/** One step of Adagrad (Duchi et al. 2011): s′ = s + g², w′ = w − rate · g / √(s′ + ε).
 *  All but the scalar `rate` have the shape of `weight`. */
export function adagrad(
  graph: Graph,
  state: {
    readonly weight: Tensor;
    readonly squares: Tensor;
    readonly gradient: Tensor;
    readonly rate: Tensor;
  },
): { readonly weight: Tensor; readonly squares: Tensor } {
  const { weight, squares, gradient, rate } = state;
  const square = node(graph, "Mul", [gradient, gradient], weight);
  const sum = node(graph, "Add", [squares, square], weight);
  const padded = node(graph, "Add", [sum, scalar(graph, ADAGRAD_EPSILON)], weight);
  const scale = node(graph, "Sqrt", [padded], weight);
  const scaled = node(graph, "Div", [gradient, scale], weight);
  const move = node(graph, "Mul", [scaled, rate], weight);
  return { weight: node(graph, "Sub", [weight, move], weight), squares: sum };
}
