import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";

const HERE = import.meta.dirname;
const CHART = join(HERE, "segue");
/** Helm built from its Go module takes Kubernetes 1.20 for granted. */
const KUBERNETES = "1.31.0";

/** The renderings that are kept, by the values that make them; none are the chart's own. */
export const RENDERINGS: Readonly<Record<string, readonly string[]>> = {
  default: [],
  "every-part": ["--values", join(HERE, "every-part.yaml")],
};

export function renderedPath(name: string): string {
  return join(HERE, "rendered", `${name}.yaml`);
}

/** Stands in the first line of a rendering: SHA-256 over the chart and the values, so that one that
 *  is older than its chart is found out where there is no Helm. */
export function chartMark(): string {
  const hash = createHash("sha256");
  const entries = readdirSync(CHART, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  for (const path of [...paths, join(HERE, "every-part.yaml")]) {
    hash.update(`${path.slice(HERE.length)}\0`).update(readFileSync(path));
  }
  return `# chart ${hash.digest("hex")}\n`;
}

/** Whether `helm` can be called. */
export function hasHelm(): boolean {
  return spawnSync("helm", ["version"]).error === undefined;
}

/** What Helm makes of the chart, with the mark before it. Throws `dependency_missing` with Helm's
 *  own words. */
export function render(name: string): string {
  const values = RENDERINGS[name]!;
  const lint = ["lint", CHART, "--strict", "--kube-version", KUBERNETES, ...values];
  const template = ["template", "segue", CHART, "--kube-version", KUBERNETES, ...values];
  const [, text] = [lint, template].map(helm);
  return chartMark() + text;
}

function helm(args: readonly string[]): string {
  const done = spawnSync("helm", args, { encoding: "utf8" });
  if (done.status === 0) return done.stdout;
  const said = done.error?.message ?? `${done.stdout}${done.stderr}`;
  throw new Failure("dependency_missing", `helm ${args[0]}: ${said}`);
}

// Called as a program it renders anew what is kept.
if (process.argv[1] === import.meta.filename) {
  for (const name of Object.keys(RENDERINGS)) writeFileSync(renderedPath(name), render(name));
}
