import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { StepResult } from "./step-result.ts";

/** Holds the protos against the last release: what a client of it sends must still be understood.
 *  Compares nothing, and says so, where there is no tag to compare with. */
export function compareWithLastTag(root: string): StepResult {
  const described = spawnSync("git", ["describe", "--tags", "--abbrev=0"], {
    cwd: root,
    encoding: "utf8",
  });
  if (described.error !== undefined) return nothing("git is not installed");
  if (described.status !== 0) return nothing("no tag yet");
  const tag = described.stdout.trim();
  const buf = join(root, "node_modules/.bin/buf");
  const against = ["breaking", "--against", `.git#tag=${tag}`];
  const done = spawnSync(buf, against, { cwd: root, encoding: "utf8" });
  return {
    passed: done.status === 0,
    output: `${done.stdout ?? ""}${done.stderr ?? ""}`,
    note: `against ${tag}`,
  };
}

function nothing(reason: string): StepResult {
  return { passed: true, output: "", note: `${reason}: nothing was compared` };
}
