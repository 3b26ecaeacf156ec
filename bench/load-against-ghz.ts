import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { grpcAddress } from "../cli/child-process.ts";
import type { LoadFigures, StageFigures } from "../cli/load/load-report.ts";
import { drawTable } from "../cli/table.ts";
import type { BenchOptions } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";
import { percentile } from "./measure.ts";
import { pinTo } from "./pinning.ts";
import { startOn } from "./temporary.ts";
import { makeWorld } from "./world.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PERCENTILES = ["p50", "p90", "p99"] as const;
type Percentile = (typeof PERCENTILES)[number];

const CONNECTIONS = 4;
/** Well below the knee, where latency is the server's own and not a queue's. */
const RATE = 100;
const K = 20;
/** The server has one core and whoever asks the other: else a tester takes time from the server
 *  that it measures. */
const [SERVER_CORE, TESTER_CORE] = [0, 1];

/** `segue load` and ghz, a load tester of others, in turns on one server at one rate: ghz, `segue
 *  load`, ghz again. ghz counts from when a call is sent, so it is set beside that; what `segue
 *  load` says first counts from when a call was due. A round's ratio is to both turns of ghz, so
 *  that a machine that becomes slower counts for neither, and how far these two are apart says how
 *  far anything can be trusted. Resolves with the text for stdout. */
export async function loadAgainstGhz({ json, quick, progress }: BenchOptions): Promise<string> {
  const [rounds, seconds] = quick ? [2, 3] : [7, 8];
  progress("makes a world");
  const sizes = { tracks: 10_000, listeners: 100, sessionsEach: 1, sessionEvents: 5 };
  const world = await makeWorld(sizes);
  const segue = await startOn(world.home, "serve", "--port", "0");
  const pinned = pinTo(SERVER_CORE, segue.process.pid!);
  const turns: Turns[] = [];
  try {
    // The first turn of each warms the server up.
    for (let round = 0; round <= rounds; round++) {
      progress(`asks ${RATE} times a second, round ${round}`);
      const before = ghz(grpcAddress(segue), seconds);
      const stage = segueLoad(grpcAddress(segue), seconds);
      const after = ghz(grpcAddress(segue), seconds);
      if (round > 0) turns.push({ before, stage, after });
    }
  } finally {
    await segue.stop();
    await world.close();
  }
  const rows = PERCENTILES.map((name) => rowOf(name, turns));
  const settings = { rate: RATE, seconds, rounds, connections: CONNECTIONS, pinned };
  if (json) return `${JSON.stringify({ quick, ...settings, rows }, null, 2)}\n`;
  const titles = ["percentile", "from due ms", "from sent ms", "ghz ms"];
  const ratios = ["sent / ghz", "off by", "ghz / ghz", "off by"];
  return drawTable(
    [...titles, ...ratios].map((title) => ({ title, right: true })),
    rows.map(({ percentile, ...figures }) => [
      percentile,
      ...Object.values(figures).map((value) => value.toFixed(3)),
    ]),
  );
}

/** What one round measured. */
interface Turns {
  readonly before: ByPercentile;
  readonly stage: StageFigures;
  readonly after: ByPercentile;
}

/** Medians over the rounds: of milliseconds, of a round's ratios, and of how far these are off. */
function rowOf(name: Percentile, turns: readonly Turns[]) {
  const middle = (of: (turn: Turns) => number) => percentile(turns.map(of), 0.5);
  const sentMs = ({ stage }: Turns) => stage.sent_percentiles_ms[name]!;
  const ghzMs = ({ before, after }: Turns) => (before[name] + after[name]) / 2;
  const ours = (turn: Turns) => sentMs(turn) / ghzMs(turn);
  const theirs = ({ before, after }: Turns) => after[name] / before[name];
  return {
    percentile: name,
    due_ms: middle(({ stage }) => stage.percentiles_ms[name]!),
    sent_ms: middle(sentMs),
    ghz_ms: middle(ghzMs),
    ratio: middle(ours),
    ratio_off: middle((turn) => Math.abs(ours(turn) - 1)),
    ghz_ratio: middle(theirs),
    ghz_ratio_off: middle((turn) => Math.abs(theirs(turn) - 1)),
  };
}

type ByPercentile = Readonly<Record<Percentile, number>>;

function segueLoad(address: string, seconds: number): StageFigures {
  const sizes = ["--rate", String(RATE), "--seconds", String(seconds), "--k", String(K)];
  const connections = ["--connections", String(CONNECTIONS), "--listeners", "1"];
  const args = ["cli/segue.ts", "load", "--to", address, ...sizes, ...connections, "--json"];
  const done = runPinned(process.execPath, args);
  requireThat(done.status === 0, `segue load failed: ${done.stderr}`);
  const [stage] = (JSON.parse(done.stdout) as LoadFigures).stages;
  requireThat(stage!.failed === 0, `${stage!.failed} of ${stage!.jobs} calls of segue load failed`);
  return stage!;
}

/** Without `taskset` it runs wherever there is room. */
function runPinned(program: string, args: readonly string[]) {
  const how = { cwd: ROOT, encoding: "utf8" } as const;
  const pinned = spawnSync("taskset", ["-c", String(TESTER_CORE), program, ...args], how);
  return pinned.error === undefined ? pinned : spawnSync(program, args, how);
}

/** ghz names its latencies in nanoseconds. */
function ghz(address: string, seconds: number): ByPercentile {
  const data = JSON.stringify({ listener: "listener-0", k: K });
  const proto = ["--protoset", "scorer/contracts/contracts.binpb"];
  const method = ["--call", "segue.v1.Recommender.NextTracks", "--data", data];
  const rate = ["--rps", String(RATE), "--duration", `${seconds}s`, "--concurrency", "64"];
  const more = ["--connections", String(CONNECTIONS), "--async", "--format", "json"];
  const args = ["--insecure", ...proto, ...method, ...rate, ...more, address];
  const missing = "ghz is missing: go install github.com/bojand/ghz/cmd/ghz@latest";
  requireThat(spawnSync("ghz", ["--version"]).error === undefined, missing);
  const done = runPinned("ghz", args);
  requireThat(done.status === 0, `ghz failed: ${done.stderr}`);
  const { latencyDistribution } = JSON.parse(done.stdout) as {
    latencyDistribution: { percentage: number; latency: number }[];
  };
  const at = (name: Percentile) =>
    latencyDistribution.find(({ percentage }) => `p${percentage}` === name)!.latency / 1e6;
  return { p50: at("p50"), p90: at("p90"), p99: at("p99") };
}
