import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CONTRACTS } from "./read-contracts.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Segue's contracts, and that of the health service which every server has beside them. */
const SOURCES = [".", "node_modules/grpc-health-check/proto"];

/** Compiles the `.proto` files. The same compiler gives the same bytes. */
export async function compileContracts(): Promise<Uint8Array> {
  const sets: Uint8Array[] = [];
  for (const source of SOURCES) sets.push(await compile(source));
  // A message with one repeated field: two of them in a row are one.
  return Buffer.concat(sets);
}

async function compile(source: string): Promise<Uint8Array> {
  const options = ["--as-file-descriptor-set", "--exclude-source-info", "-o", "-#format=binpb"];
  const { stdout } = await promisify(execFile)(
    `${ROOT}/node_modules/.bin/buf`,
    ["build", source, ...options],
    { cwd: ROOT, encoding: "buffer", timeout: 60_000 },
  );
  return stdout;
}

if (import.meta.main) await writeFile(CONTRACTS, await compileContracts());
