import { layerShapes, layerWeightName } from "./layers.ts";
import type { ModelSizes } from "./model-sizes.ts";
import { skipShapes } from "./skip-head.ts";
import { tasteShapes } from "./taste.ts";

/** The dense weights that a model of these sizes has, in order, with their shapes. */
export function parameterShapes(sizes: ModelSizes): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (let layer = 1; layer <= (sizes.layers ?? 1); layer++) {
    for (const [role, shape] of layerShapes(sizes, layer)) {
      shapes.set(layerWeightName(layer, role), shape);
    }
  }
  for (const [name, shape] of [...tasteShapes(sizes), ...skipShapes(sizes)]) {
    shapes.set(name, shape);
  }
  return shapes;
}
