import { type Graph, input, node, output, scalar, type Tensor } from "./graph-builder.ts";

/** Added under the root of Adagrad's sum of squares. */
export const ADAGRAD_EPSILON = 1e-6;

/** Steps a weight: feeds are `<name>.squares` and, with momentum, `<name>.velocities`; fetches are
 *  `<name>.next`, `<name>.squares.next` and, with momentum, `<name>.velocities.next`. */
export function learnWeight(
  graph: Graph,
  learned: {
    readonly name: string;
    readonly weight: Tensor;
    readonly gradient: Tensor;
    readonly rate: Tensor;
    /** 0 where it is left out. */
    readonly momentum?: number | undefined;
  },
): void {
  const { name, weight, momentum = 0 } = learned;
  const own = (part: string) => input(graph, `${name}.${part}`, weight.shape);
  const velocity = momentum > 0 ? own("velocities") : undefined;
  const next = adagrad(graph, { ...learned, squares: own("squares"), velocity, momentum });
  output(graph, `${name}.next`, next.weight);
  output(graph, `${name}.squares.next`, next.squares);
  if (next.velocity) output(graph, `${name}.velocities.next`, next.velocity);
}

interface AdagradState {
  readonly weight: Tensor;
  readonly squares: Tensor;
  /** The last move; with momentum alone. */
  readonly velocity?: Tensor | undefined;
}

/** One step of Adagrad (Duchi et al. 2011): s′ = s + g², w′ = w − rate · g / √(s′ + ε). With a
 *  velocity, as in the official GRU4Rec code: v′ = momentum · v − rate · g / √(s′ + ε) and
 *  w′ = w + v′. All but the scalar `rate` have the shape of `weight`. */
function adagrad(
  graph: Graph,
  state: AdagradState & {
    readonly gradient: Tensor;
    readonly rate: Tensor;
    readonly momentum?: number | undefined;
  },
): AdagradState {
  const { weight, squares, velocity, gradient, rate, momentum = 0 } = state;
  const square = node(graph, "Mul", [gradient, gradient], weight);
  const sum = node(graph, "Add", [squares, square], weight);
  const padded = node(graph, "Add", [sum, scalar(graph, ADAGRAD_EPSILON)], weight);
  const scale = node(graph, "Sqrt", [padded], weight);
  const scaled = node(graph, "Div", [gradient, scale], weight);
  const move = node(graph, "Mul", [scaled, rate], weight);
  if (!velocity) return { weight: node(graph, "Sub", [weight, move], weight), squares: sum };
  const carried = node(graph, "Mul", [velocity, scalar(graph, momentum)], weight);
  const next = node(graph, "Sub", [carried, move], weight);
  return { weight: node(graph, "Add", [weight, next], weight), squares: sum, velocity: next };
}
