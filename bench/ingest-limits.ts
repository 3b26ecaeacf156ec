import type { Bundle } from "../core/bundle/bundle.ts";
import type { Partition } from "../core/domain/ids.ts";
import { openEnvironment } from "../core/lmdb/environment.ts";
import type { LogRecord } from "../core/log/event-log.ts";
import { recordBytes } from "../core/state/record-codec.ts";
import type { StoreCommit } from "../core/state/session-store.ts";
import { encodePosition, listenerKey, positionKey } from "../core/state/store-layout.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { encodeModel } from "../trainer/onnx/encode-model.ts";
import { openGraph } from "../trainer/onnx/graph-session.ts";
import { byPartition } from "./ingest-parts.ts";
import { cpuUsOf } from "./measure.ts";

/** The generated protobuf code alone, with no check of what it gives. */
export function decodeBare(records: readonly LogRecord[]): void {
  for (const { value } of records) WireListeningEvent.decode(value!);
}

/** The keys and values that a commit writes, as bytes. */
export interface RawCommit {
  readonly partition: Partition;
  readonly entries: readonly (readonly [key: Buffer, value: Buffer])[];
}

export function rawCommits(commits: readonly StoreCommit[]): RawCommit[] {
  return commits.map(({ partition, position, records }) => ({
    partition,
    entries: [
      ...Array.from(
        records,
        ([listener, record]) => [listenerKey(listener), recordBytes(record!, listener)] as const,
      ),
      [positionKey(partition), encodePosition(position)] as const,
    ],
  }));
}

/** Puts those bytes into a new LMDB environment with no codec and no fence, in lmdb-js's cheapest
 *  way (its writing thread takes all of a turn as one transaction); as durable as a commit. */
export async function putBare(folder: string, commits: readonly RawCommit[]): Promise<void> {
  const environment = openEnvironment(folder);
  await byPartition(commits, async ({ entries }) => {
    for (const [key, value] of entries) void environment.put(key, value);
    await environment.flushed;
  });
  await environment.close();
}

/** Floating-point operations by which all models step on one event: the two products of a GRU. */
export function stepFlops(bundle: Bundle): number {
  return Object.values(bundle.models).reduce((sum, { hidden, dimension, featureWidth }) => {
    return sum + 2 * 3 * hidden * (dimension + featureWidth + hidden);
  }, 0);
}

/** [ROWS, INNER] × [INNER, COLUMNS]: large enough that nothing but the product counts, small enough
 *  for the second-level cache. */
const [ROWS, INNER, COLUMNS] = [512, 512, 256];
const PRODUCTS = 32;

export interface PeakFlops {
  /** Floating-point operations a CPU second of one thread in one large matrix product. */
  measure(): Promise<number>;
  close(): Promise<void>;
}

export async function openPeakFlops(): Promise<PeakFlops> {
  const data = new Float32Array(INNER * COLUMNS).fill(0.5);
  const graph = await openGraph(
    encodeModel({
      name: "peak",
      nodes: [{ op: "MatMul", inputs: ["left", "right"], outputs: ["product"] }],
      inputs: [{ name: "left", type: "float32", shape: [ROWS, INNER] }],
      outputs: [{ name: "product", type: "float32", shape: [ROWS, COLUMNS] }],
      initializers: [{ name: "right", shape: [INNER, COLUMNS], data }],
    }),
  );
  const left = { shape: [ROWS, INNER], data: new Float32Array(ROWS * INNER).fill(0.5) };
  const product = { shape: [ROWS, COLUMNS], data: new Float32Array(ROWS * COLUMNS) };
  return {
    async measure() {
      const takenUs = await cpuUsOf(async () => {
        for (let done = 0; done < PRODUCTS; done++) await graph.run({ left }, { product });
      });
      return (PRODUCTS * 2 * ROWS * INNER * COLUMNS) / (takenUs / 1e6);
    },
    close: () => graph.close(),
  };
}
