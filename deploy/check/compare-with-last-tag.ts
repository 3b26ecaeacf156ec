import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StepResult } from "./step-result.ts";

/** The contracts as they were first, which `buf build` made and which is never made again. */
export const FIRST_CONTRACTS = "test/fixtures/contracts-v1.binpb";

/** Holds the protos against the last release, and before there is one against the first contracts:
 *  what a client of those sends must still be understood. Compares nothing, and says so, where
 *  there is neither. */
export function compareWithLastTag(root: string): StepResult {
  const described = spawnSync("git", ["describe", "--tags", "--abbrev=0"], {
    cwd: root,
    encoding: "utf8",
  });
  if (described.status === 0) {
    const tag = described.stdout.trim();
    return compare(root, `.git#tag=${tag}`, tag);
  }
  if (existsSync(join(root, FIRST_CONTRACTS))) {
    return compare(root, FIRST_CONTRACTS, "the first contracts");
  }
  return nothing(described.error === undefined ? "no tag yet" : "git is not installed");
}

function compare(root: string, against: string, name: string): StepResult {
  const buf = join(root, "node_modules/.bin/buf");
  const done = spawnSync(buf, ["breaking", "--against", against], { cwd: root, encoding: "utf8" });
  return {
    passed: done.status === 0,
    output: `${done.stdout ?? ""}${done.stderr ?? ""}`,
    note: `against ${name}`,
  };
}

function nothing(reason: string): StepResult {
  return { passed: true, output: "", note: `${reason}: nothing was compared` };
}
