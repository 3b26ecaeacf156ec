import { encodeGraph, input, newGraph, node, output } from "../onnx/graph-builder.ts";
import { openGraph } from "../onnx/graph-session.ts";

/** Multiplies rows with axes. */
export interface RowTurning {
  /** [rows, axes] of rows [·, W]. */
  turn(rows: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** `axes` [·, W]. */
export async function openRowTurning(axes: Float32Array, width: number): Promise<RowTurning> {
  const count = axes.length / width;
  const graph = newGraph("turn rows");
  const operands = [input(graph, "rows", ["batch", width]), input(graph, "axes", [count, width])];
  const shape = ["batch", count];
  output(graph, "turned", node(graph, "Gemm", operands, { shape, attributes: { transB: 1 } }));
  const session = await openGraph(encodeGraph(graph));
  return {
    async turn(rows) {
      const batch = rows.length / width;
      const data = new Float32Array(batch * count);
      const feeds = {
        rows: { shape: [batch, width], data: rows },
        axes: { shape: [count, width], data: axes },
      };
      await session.run(feeds, { turned: { shape: [batch, count], data } });
      return data;
    },
    close: () => session.close(),
  };
}
