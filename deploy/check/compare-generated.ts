import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepResult } from "./step-result.ts";

/** Generates from the protos into a temporary folder and compares it with `proto/gen`, file by
 *  file. */
export function compareGenerated(root: string): StepResult {
  const fresh = mkdtempSync(join(tmpdir(), "segue-generated-"));
  try {
    const buf = join(root, "node_modules/.bin/buf");
    const env = {
      ...process.env,
      PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`,
    };
    const done = spawnSync(buf, ["generate", "-o", fresh], { cwd: root, encoding: "utf8", env });
    if (done.status !== 0) return { passed: false, output: `${done.stdout}${done.stderr}` };
    const differences = compareFolders(join(root, "proto/gen"), join(fresh, "proto/gen"));
    const output = differences.map((name) => `proto/gen/${name} differs; run npm run generate`);
    return { passed: differences.length === 0, output: output.join("\n") };
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

/** The files that only one of two folders has, or that differ. */
export function compareFolders(committed: string, generated: string): string[] {
  const old = readTree(committed);
  const fresh = readTree(generated);
  const names = new Set([...old.keys(), ...fresh.keys()]);
  return [...names].filter((name) => old.get(name) !== fresh.get(name)).sort();
}

function readTree(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, "utf8")];
    }),
  );
}
