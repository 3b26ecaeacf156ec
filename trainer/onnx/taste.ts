import { add, matmul } from "./differentiable-ops.ts";
import type { Graph, Tensor } from "./graph-builder.ts";
import type { ModelSizes } from "./model-sizes.ts";
import { normaliseRows } from "./normalise-rows.ts";

/** The weights between the last layer and the taste, with their shapes. */
export function tasteShapes(sizes: ModelSizes): ReadonlyMap<string, readonly number[]> {
  const { hidden, dimension } = sizes;
  const shapes = new Map<string, readonly number[]>();
  if (sizes.projects || hidden !== dimension) {
    shapes.set("projection", [hidden, dimension]).set("taste_bias", [dimension]);
  }
  if (sizes.skipConnection) shapes.set("last_track", [dimension, dimension]);
  if (sizes.normalise === "taste") {
    shapes.set("taste_gain", [dimension]).set("taste_shift", [dimension]);
  }
  return shapes;
}

/** What the last layer says, [rows, H], and the vectors of the last tracks, [rows, D], which only a
 *  skip connection needs → [rows, D]. Each part is there where its weights are. */
export function tasteOf(
  graph: Graph,
  said: { readonly top: Tensor; readonly lastTrack?: Tensor | undefined },
  parameters: ReadonlyMap<string, Tensor>,
): Tensor {
  const projection = parameters.get("projection");
  const lastTrack = parameters.get("last_track");
  const gain = parameters.get("taste_gain");
  let taste = said.top;
  if (projection) {
    taste = add(graph, matmul(graph, taste, projection), parameters.get("taste_bias")!);
  }
  if (lastTrack) taste = add(graph, taste, matmul(graph, said.lastTrack!, lastTrack));
  if (gain) {
    taste = add(graph, normaliseRows(graph, taste, gain), parameters.get("taste_shift")!);
  }
  return taste;
}
