import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { grpcAddress } from "../cli/child-process.ts";
import type { LoadFigures } from "../cli/load/load-report.ts";
import { drawTable } from "../cli/table.ts";
import type { BenchOptions } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";
import { newRounds } from "./measure.ts";
import { startOn } from "./temporary.ts";
import { makeWorld } from "./world.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PERCENTILES = ["p50", "p90", "p99"] as const;
type Percentile = (typeof PERCENTILES)[number];

const CONNECTIONS = 4;
const RATE = 200;
const K = 20;

/** `segue load` and ghz, a load tester of others, in turns on one server at one rate. Resolves with
 *  the text for stdout. */
export async function loadAgainstGhz({ json, quick, progress }: BenchOptions): Promise<string> {
  const [rounds, seconds] = quick ? [2, 3] : [5, 10];
  progress("makes a world");
  const sizes = { tracks: 10_000, listeners: 100, sessionsEach: 1, sessionEvents: 5 };
  const world = await makeWorld(sizes);
  const segue = await startOn(world.home, "serve", "--port", "0");
  const ours = newRounds<Percentile>();
  const theirs = newRounds<Percentile>();
  try {
    // The first turn of each warms the server up.
    for (let round = 0; round <= rounds; round++) {
      progress(`asks ${RATE} times a second, round ${round}`);
      const loaded = segueLoad(grpcAddress(segue), seconds);
      const ghzed = ghz(grpcAddress(segue), seconds);
      if (round === 0) continue;
      for (const name of PERCENTILES) {
        ours.add(name, loaded[name]);
        theirs.add(name, ghzed[name]);
      }
    }
  } finally {
    await segue.stop();
    await world.close();
  }
  const rows = PERCENTILES.map((name) => {
    const [segueMs, ghzMs] = [ours.median(name), theirs.median(name)];
    return { percentile: name, segue_ms: segueMs, ghz_ms: ghzMs, ratio: segueMs / ghzMs };
  });
  const settings = { rate: RATE, seconds, rounds, connections: CONNECTIONS };
  if (json) return `${JSON.stringify({ quick, ...settings, rows }, null, 2)}\n`;
  const titles = ["percentile", "segue load ms", "ghz ms", "ratio"];
  return drawTable(
    titles.map((title) => ({ title, right: true })),
    rows.map(({ percentile, segue_ms: one, ghz_ms: other, ratio }) => [
      percentile,
      ...[one, other, ratio].map((value) => value.toFixed(3)),
    ]),
  );
}

type ByPercentile = Readonly<Record<Percentile, number>>;

function segueLoad(address: string, seconds: number): ByPercentile {
  const sizes = ["--rate", String(RATE), "--seconds", String(seconds), "--k", String(K)];
  const connections = ["--connections", String(CONNECTIONS), "--listeners", "1"];
  const args = ["cli/segue.ts", "load", "--to", address, ...sizes, ...connections, "--json"];
  const done = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  requireThat(done.status === 0, `segue load failed: ${done.stderr}`);
  const [stage] = (JSON.parse(done.stdout) as LoadFigures).stages;
  requireThat(stage!.failed === 0, "calls of segue load failed");
  return stage!.percentiles_ms as ByPercentile;
}

/** ghz names its latencies in nanoseconds. */
function ghz(address: string, seconds: number): ByPercentile {
  const data = JSON.stringify({ listener: "listener-0", k: K });
  const proto = ["--protoset", "scorer/contracts/contracts.binpb"];
  const method = ["--call", "segue.v1.Recommender.NextTracks", "--data", data];
  const rate = ["--rps", String(RATE), "--duration", `${seconds}s`, "--concurrency", "64"];
  const more = ["--connections", String(CONNECTIONS), "--async", "--format", "json"];
  const args = ["--insecure", ...proto, ...method, ...rate, ...more, address];
  const done = spawnSync("ghz", args, { cwd: ROOT, encoding: "utf8" });
  const missing = "ghz is missing: go install github.com/bojand/ghz/cmd/ghz@latest";
  requireThat(done.error === undefined, missing);
  requireThat(done.status === 0, `ghz failed: ${done.stderr}`);
  const { latencyDistribution } = JSON.parse(done.stdout) as {
    latencyDistribution: { percentage: number; latency: number }[];
  };
  const at = (name: Percentile) =>
    latencyDistribution.find(({ percentage }) => `p${percentage}` === name)!.latency / 1e6;
  return { p50: at("p50"), p90: at("p90"), p99: at("p99") };
}
