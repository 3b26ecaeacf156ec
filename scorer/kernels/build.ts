import { readFile, writeFile } from "node:fs/promises";
import { Failure } from "../../core/domain/failure.ts";

/** Those whose functions are called from outside, and those that are compiled into them. */
const ENTRIES = [
  "scan.as.ts",
  "codes.as.ts",
  "scores.as.ts",
  "bits.as.ts",
  "dot-rows.as.ts",
  "neighbours.as.ts",
  "coplay.as.ts",
  "sparse.as.ts",
];
const PARTS = [
  "code-blocks",
  "code-tables",
  "code-task",
  "dots",
  "fine-rows",
  "heaps",
  "reaches",
  "touch",
  "tally",
  "logarithms",
];
const OTHERS = PARTS.map((name) => `${name}.as.ts`);
export const SCAN_WASM = new URL("scan.wasm", import.meta.url);

/** Compiles the kernels' sources. The same compiler gives the same bytes. */
export async function compileScan(): Promise<Uint8Array> {
  const sources = new Map<string, string>();
  for (const name of [...ENTRIES, ...OTHERS]) {
    sources.set(name, await readFile(new URL(name, import.meta.url), "utf8"));
  }
  const { main } = await import("assemblyscript/asc");
  let bytes: Uint8Array | undefined;
  const result = await main(
    [
      ...ENTRIES,
      ...["-O3", "--noAssert", "--runtime", "stub"],
      ...["--enable", "simd", "--enable", "relaxed-simd", "--enable", "threads"],
      ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
      ...["--outFile", "scan.wasm"],
    ],
    {
      readFile: (name) => sources.get(name) ?? null,
      writeFile: (name, content) => {
        if (name === "scan.wasm" && typeof content !== "string") bytes = content;
      },
      listFiles: () => [],
    },
  );
  if (bytes === undefined) {
    throw new Failure("bug", `the kernels do not compile: ${result.stderr}`, {
      cause: result.error,
    });
  }
  return bytes;
}

if (import.meta.main) await writeFile(SCAN_WASM, await compileScan());
