import * as onnx from "onnxruntime-node";

/** A tensor's values and sizes, in the caller's own memory. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A graph that is loaded and runs on one thread. */
export interface GraphSession {
  /** Reads `feeds` and writes the graph's outputs into `fetches`; an output that is not named there
   *  is not computed. No array may be in both. Blocks the thread while it computes. */
  run(
    feeds: Readonly<Record<string, Values>>,
    fetches: Readonly<Record<string, Values>>,
  ): Promise<void>;
  close(): Promise<void>;
}

export async function openGraph(bytes: Uint8Array): Promise<GraphSession> {
  const session = await onnx.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
  return {
    async run(feeds, fetches) {
      await session.run(tensors(feeds), tensors(fetches));
    },
    close: () => session.release(),
  };
}

function tensors(values: Readonly<Record<string, Values>>): Record<string, onnx.Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => {
      if (data instanceof Float32Array) return [name, new onnx.Tensor("float32", data, shape)];
      return [name, new onnx.Tensor("int64", data, shape)];
    }),
  );
}
