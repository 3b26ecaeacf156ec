import { encodeGraph, input, newGraph, node, output } from "../onnx/graph-builder.ts";
import { type GraphSession, openGraph } from "../onnx/graph-session.ts";
import type { StopCheck } from "../train-epoch.ts";
import type { ClusterPoints } from "./cluster-points.ts";

const ROWS_AT_ONCE = 1024;

/** Finds the nearest centroid of each of `tracks`, [tracks]; of equal ones the first. Calls `seen`
 *  with the place of the first of some tracks, their points [·, width] and what is nearest them. */
export interface NearestCentroids {
  of(
    tracks: Int32Array,
    centroids: Float32Array,
    seen?: (from: number, points: Float32Array, nearest: Int32Array) => void,
  ): Promise<Int32Array>;
  close(): Promise<void>;
}

export async function openNearestCentroids(
  points: ClusterPoints,
  stopCheck: StopCheck,
): Promise<NearestCentroids> {
  const { width } = points;
  const session = await openGraph(nearestGraph(width));
  const buffer = new Float32Array(ROWS_AT_ONCE * width);
  return {
    async of(tracks, centroids, seen) {
      const all = new Int32Array(tracks.length);
      const halves = halfSquares(centroids, width);
      for (let from = 0; from < tracks.length; from += ROWS_AT_ONCE) {
        stopCheck();
        const some = tracks.subarray(from, from + ROWS_AT_ONCE);
        const rows = buffer.subarray(0, some.length * width);
        points.gather(some, rows);
        const nearest = await nearestOf(session, { rows, centroids, halves, width });
        all.set(nearest, from);
        seen?.(from, rows, nearest);
      }
      return all;
    },
    close: () => session.close(),
  };
}

/** argmin ‖x − c‖² = argmax x·c − ½‖c‖². */
function nearestGraph(width: number): Uint8Array {
  const graph = newGraph("nearest centroids");
  const operands = [
    input(graph, "points", ["batch", width]),
    input(graph, "centroids", ["clusters", width]),
    input(graph, "halves", [1, "clusters"]),
  ];
  const shape = ["batch", "clusters"];
  const nearness = node(graph, "Gemm", operands, { shape, attributes: { transB: 1 } });
  const nearest = node(graph, "ArgMax", [nearness], {
    ...{ shape: ["batch"], type: "int64" },
    attributes: { axis: 1, keepdims: 0 },
  });
  output(graph, "nearest", nearest);
  return encodeGraph(graph);
}

function halfSquares(centroids: Float32Array, width: number): Float32Array {
  const halves = new Float32Array(centroids.length / width);
  for (let at = 0; at < centroids.length; at++) {
    const centroid = Math.floor(at / width);
    halves[centroid] = halves[centroid]! - (centroids[at]! * centroids[at]!) / 2;
  }
  return halves;
}

async function nearestOf(
  session: GraphSession,
  {
    rows,
    centroids,
    halves,
    width,
  }: {
    readonly rows: Float32Array;
    readonly centroids: Float32Array;
    readonly halves: Float32Array;
    readonly width: number;
  },
): Promise<Int32Array> {
  const [batch, clusters] = [rows.length / width, halves.length];
  const data = new BigInt64Array(batch);
  await session.run(
    {
      points: { shape: [batch, width], data: rows },
      centroids: { shape: [clusters, width], data: centroids },
      halves: { shape: [1, clusters], data: halves },
    },
    { nearest: { shape: [batch], data } },
  );
  return Int32Array.from(data, Number);
}
