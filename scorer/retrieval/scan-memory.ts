import { readFileSync } from "node:fs";
import { Failure } from "../../core/domain/failure.ts";

// TypeScript knows WebAssembly only with the browser's library, which the rest of the code must not
// see.
declare const WebAssembly: {
  Memory: new (limits: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => ScanMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** A memory that threads share: where one has laid out a catalogue, another searches it. */
export interface ScanMemory {
  readonly buffer: SharedArrayBuffer;
}

const PAGE_BYTES = 65_536;
const PAGES_MAX = 65_536;
export const MEMORY_BYTES_MAX = PAGES_MAX * PAGE_BYTES;

/** What `scan.wasm` exports; the kernels' sources say what each does. Pointers are bytes. */
export interface ScanKernels {
  scan(task: number): number;
  searchCodes(task: number): number;
  scoreTracks(task: number, count: number): void;
  selectBest(task: number, count: number, k: number): number;
  invertBits(bits: number, bytes: number): number;
  listAbsent(bits: number, count: number, out: number): number;
  loadSparse(task: number, part: number, weight: number): number;
  clearSparse(task: number, one: number, other: number): void;
  hearNeighbours(task: number): number;
  hearCoplay(task: number): number;
  dotRows(
    query: number,
    rows: number,
    width: number,
    chosen: number,
    count: number,
    out: number,
  ): void;
}

/** Hands out places in a memory that does not exist yet, so that it can be made in one piece. */
export interface MemoryPlan {
  /** A place of `bytes` bytes, aligned to 16, all zeros. Place 0 is never given. */
  place(bytes: number): number;
  bytes(): number;
}

export function memoryPlan(): MemoryPlan {
  let end = 16;
  return {
    place(bytes) {
      const start = end;
      end += Math.ceil(bytes / 16) * 16;
      return start;
    },
    bytes: () => end,
  };
}

/** A memory of at least `bytes` bytes, all zeros. Throws `bad_bundle` where it would be larger than
 *  the 4 GiB that 32-bit WebAssembly can address. */
export function newScanMemory(bytes: number): ScanMemory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  if (pages > PAGES_MAX) {
    throw new Failure("bad_bundle", `a search would need ${bytes} bytes, more than 4 GiB`, {
      field: "tracks.count",
    });
  }
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The kernels on a memory. They are compiled once, so that those of a new memory are as fast as
 *  those before. */
export function kernelsOn(memory: ScanMemory): ScanKernels {
  module ??= new WebAssembly.Module(readFileSync(new URL("../kernels/scan.wasm", import.meta.url)));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as ScanKernels;
}

let module: object | undefined;
