import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareGenerated } from "./compare-generated.ts";
import { compareWithLastTag } from "./compare-with-last-tag.ts";
import type { StepResult } from "./step-result.ts";

interface Step {
  readonly name: string;
  run(): StepResult | Promise<StepResult>;
}

const ROOT = join(import.meta.dirname, "../..");

/** Every step that needs nothing but the repository. */
const STATIC_STEPS: readonly Step[] = [
  { name: "proto lint", run: () => command("buf", ["lint"]) },
  { name: "proto breaking changes", run: () => compareWithLastTag(ROOT) },
  { name: "generated code", run: () => compareGenerated(ROOT) },
  { name: "types", run: () => command("tsc", ["-p", "."]) },
  { name: "types of the page", run: () => command("tsc", ["-p", "console/page"]) },
  { name: "lint and format", run: () => command("biome", ["ci", "."]) },
  { name: "dead code", run: () => command("knip", ["--no-progress"]) },
  { name: "tidy", run: () => command("node", ["--test", "test/tidy.test.ts"]) },
];
const TESTS: Step = { name: "tests", run: () => command("node", ["test/run.ts"], "inherit") };

/** Runs a program of `node_modules/.bin`; `inherit` shows its output as it comes. */
function command(name: string, args: readonly string[], output?: "inherit"): StepResult {
  const stdio = output ?? "pipe";
  const done = spawnSync(name, args, { cwd: ROOT, encoding: "utf8", env: environment(), stdio });
  const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`;
  return { passed: done.status === 0, output: said };
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };
}

/** Runs every step, also after one failed, and prints a line for each. */
async function check(steps: readonly Step[]): Promise<boolean> {
  const failed: string[] = [];
  for (const { name, run } of steps) {
    const startedAtMs = performance.now();
    const { passed, output, note } = await run();
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    if (!passed) failed.push(name);
    if (!passed && output !== "") console.log(output.trimEnd());
    const explained = note === undefined ? "" : `  (${note})`;
    console.log(
      `${passed ? "ok    " : "FAILED"}  ${name.padEnd(24)}${seconds.padStart(6)} s${explained}`,
    );
  }
  console.log(
    failed.length === 0
      ? `all ${steps.length} checks passed`
      : `${failed.length} of ${steps.length} checks failed: ${failed.join(", ")}`,
  );
  return failed.length === 0;
}

const { values } = parseArgs({ options: { static: { type: "boolean", default: false } } });
const passed = await check(values.static ? STATIC_STEPS : [...STATIC_STEPS, TESTS]);
process.exitCode = passed ? 0 : 1;
