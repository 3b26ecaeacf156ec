import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../deploy/kafka/free-ports.ts";

/** Whether Prometheus and its tool are installed; says so where they are not, and throws with
 *  `CI=true`. */
export function hasPrometheus(): boolean {
  const found = ["promtool", "prometheus"].every(
    (name) => spawnSync(name, ["--version"]).error === undefined,
  );
  if (!found && process.env.CI === "true") throw new Error("CI has no Prometheus");
  if (!found) process.stderr.write("NOT TESTED: Prometheus and promtool are not installed\n");
  return found;
}

/** Runs `promtool`; its output is what it complains of. */
export function promtool(args: readonly string[], input = ""): { ok: boolean; output: string } {
  const done = spawnSync("promtool", args, { input, encoding: "utf8" });
  return { ok: done.status === 0, output: `${done.stdout}${done.stderr}` };
}

export interface Prometheus {
  /** The values of a PromQL query, by their labels as JSON. */
  query(promql: string): Promise<Map<string, number>>;
  /** Asks until `enough` likes the answer; throws what it got last after 20 s. */
  until(
    promql: string,
    enough: (values: ReadonlyMap<string, number>) => boolean,
  ): Promise<Map<string, number>>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** A real Prometheus that scrapes the targets (HOST:PORT by job) every half second. */
export async function startPrometheus(
  folder: string,
  targets: Readonly<Record<string, string>>,
): Promise<Prometheus> {
  const port = await freePort();
  const config = join(folder, "prometheus.yml");
  mkdirSync(folder);
  writeFileSync(config, configOf(targets));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=error",
  ];
  const child = spawn("prometheus", args, { stdio: ["ignore", "ignore", "inherit"] });
  const query = (promql: string) => ask(`http://127.0.0.1:${port}`, promql);
  return {
    query,
    async until(promql, enough) {
      const untilMs = performance.now() + PATIENCE_MS;
      for (;;) {
        const values = await query(promql).catch(() => new Map<string, number>());
        if (enough(values)) return values;
        if (performance.now() > untilMs) {
          throw new Error(`${promql} is ${JSON.stringify([...values])}`);
        }
        await sleep(200);
      }
    },
    stop: () => stop(child),
  };
}

function configOf(targets: Readonly<Record<string, string>>): string {
  const jobs = Object.entries(targets).map(([job, target]) => ({
    job_name: job,
    static_configs: [{ targets: [target] }],
  }));
  // JSON is YAML.
  const global = { scrape_interval: "500ms", scrape_timeout: "500ms" };
  return JSON.stringify({ global, scrape_configs: jobs });
}

async function ask(base: string, promql: string): Promise<Map<string, number>> {
  const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return new Map(
    data.result.map(({ metric, value }) => {
      const { job: _, instance: __, __name__: ___, ...labels } = metric;
      return [JSON.stringify(labels), Number(value[1])];
    }),
  );
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
