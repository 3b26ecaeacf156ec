import { readFile, writeFile } from "node:fs/promises";
import { Failure } from "../../core/domain/failure.ts";

const SOURCE = new URL("scan.as.ts", import.meta.url);
export const SCAN_WASM = new URL("scan.wasm", import.meta.url);

/** Compiles `scan.as.ts`. The same compiler gives the same bytes. */
export async function compileScan(): Promise<Uint8Array> {
  const source = await readFile(SOURCE, "utf8");
  const { main } = await import("assemblyscript/asc");
  let bytes: Uint8Array | undefined;
  const result = await main(
    [
      "scan.as.ts",
      "-O3",
      "--noAssert",
      "--enable",
      "simd",
      "--runtime",
      "stub",
      "--importMemory",
    ].concat(["--initialMemory", "1", "--outFile", "scan.wasm"]),
    {
      readFile: (name) => (name === "scan.as.ts" ? source : null),
      writeFile: (name, content) => {
        if (name === "scan.wasm" && typeof content !== "string") bytes = content;
      },
      listFiles: () => [],
    },
  );
  if (bytes === undefined) {
    throw new Failure("bug", `scan.as.ts does not compile: ${result.stderr}`, {
      cause: result.error,
    });
  }
  return bytes;
}

if (import.meta.main) await writeFile(SCAN_WASM, await compileScan());
