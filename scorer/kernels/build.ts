import { readFile, writeFile } from "node:fs/promises";
import { Failure } from "../../core/domain/failure.ts";

const SOURCES = ["scan.as.ts", "codes.as.ts", "dot-rows.as.ts", "dots.as.ts", "heaps.as.ts"];
export const SCAN_WASM = new URL("scan.wasm", import.meta.url);

/** Compiles the kernels' sources. The same compiler gives the same bytes. */
export async function compileScan(): Promise<Uint8Array> {
  const sources = new Map<string, string>();
  for (const name of SOURCES) {
    sources.set(name, await readFile(new URL(name, import.meta.url), "utf8"));
  }
  const { main } = await import("assemblyscript/asc");
  let bytes: Uint8Array | undefined;
  const result = await main(
    [
      "scan.as.ts",
      "codes.as.ts",
      "dot-rows.as.ts",
      "-O3",
      "--noAssert",
      "--enable",
      "simd",
      "--enable",
      "threads",
      "--sharedMemory",
      "--maximumMemory",
      "65536",
      "--runtime",
      "stub",
      "--importMemory",
    ].concat(["--initialMemory", "1", "--outFile", "scan.wasm"]),
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
