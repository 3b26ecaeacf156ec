import { memoryPlan, newScanMemory, type ScanMemory } from "../retrieval/scan-memory.ts";

/** Of one session so many plays can be heard. */
export const SESSION_PLAYS_MAX = 1024;

type Column = Uint32Array | Float32Array | Float64Array;

/** Hands out places in a memory that is made, and filled, once all are known. */
export interface SourcePlan {
  /** A place of `bytes` bytes, all zeros. */
  empty(bytes: number): number;
  /** A place that will hold these. */
  holding(column: Column): number;
  load(): ScanMemory;
}

export function sourcePlan(): SourcePlan {
  const plan = memoryPlan();
  const columns: { readonly place: number; readonly column: Column }[] = [];
  return {
    empty: (bytes) => plan.place(bytes),
    holding(column) {
      const place = plan.place(column.byteLength);
      columns.push({ place, column });
      return place;
    },
    load() {
      const memory = newScanMemory(plan.bytes());
      const bytes = new Uint8Array(memory.buffer);
      for (const { place, column } of columns) {
        bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), place);
      }
      return memory;
    },
  };
}
