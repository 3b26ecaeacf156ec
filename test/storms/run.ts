import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBroker } from "../../deploy/kafka/broker.ts";
import { awayBroker } from "./broker-away.ts";
import { type StormEnd, type StormWorld, stormWorld } from "./storm-world.ts";
import { killIngest, type Progress, rebalanceAll, stopOwners } from "./storms.ts";

interface Proof {
  readonly name: string;
  readonly summary: string;
  readonly times: number;
  readonly seconds?: number;
  /** The figures, and whether what they are to show is so. */
  run(options: ProofOptions): Promise<{ readonly held: boolean; readonly figures: object }>;
}

interface ProofOptions {
  readonly times: number;
  readonly seconds: number;
  readonly seed: number;
  readonly folder: string;
  readonly progress: Progress;
}

const PROOFS: readonly Proof[] = [
  {
    name: "kills",
    summary: "kill -9 of ingest at full load",
    times: 1_000,
    run: (options) => storm(options, (world) => killIngest(world, options.times, options.progress)),
  },
  {
    name: "stops",
    summary: "an owner is stopped past its session, and goes on after another took over",
    times: 20,
    run: (options) => storm(options, (world) => stopOwners(world, options.times, options)),
  },
  {
    name: "without-fence",
    summary: "the same with a store that has no fence; held where the loss is noticed",
    times: 20,
    async run(options) {
      const { held, figures } = await storm(options, (world) =>
        stopOwners(world, options.times, { ...options, withoutFence: true }),
      );
      return { held: !held, figures };
    },
  },
  {
    name: "rebalances",
    summary: "members join and leave every two seconds",
    times: 60,
    run: (options) =>
      storm(options, (world) => rebalanceAll(world, options.times, options.progress)),
  },
  {
    name: "broker-kills",
    summary: "kill -9 of the broker while events are produced, applied and lists are asked for",
    times: 50,
    seconds: 1,
    run: away,
  },
  {
    name: "broker-away",
    summary: "the broker is away for ten minutes",
    times: 1,
    seconds: 600,
    run: away,
  },
];

async function storm(
  { folder, seed }: ProofOptions,
  blow: (world: StormWorld) => Promise<StormEnd>,
): Promise<{ held: boolean; figures: object }> {
  const broker = await startBroker();
  const world = await stormWorld({ brokers: broker.brokers, folder, seed });
  try {
    const figures = await blow(world);
    return { held: figures.isEqual && figures.positionsWentBack === 0, figures };
  } finally {
    await world.close();
    await broker.stop();
  }
}

async function away(options: ProofOptions): Promise<{ held: boolean; figures: object }> {
  const broker = await startBroker();
  try {
    const figures = await awayBroker({ ...options, broker, awayMs: options.seconds * 1000 });
    return { held: figures.failed === 0 && figures.applied >= figures.acknowledged, figures };
  } finally {
    await broker.stop();
  }
}

function optionsFrom(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { times: text, seconds: text, seed: text };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const proof = PROOFS.find(({ name }) => name === positionals[0]);
  if (proof === undefined) return undefined;
  const times = Number(values.times ?? proof.times);
  const seconds = Number(values.seconds ?? proof.seconds ?? 0);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(times) || times < 1 || !Number.isSafeInteger(seed)) return undefined;
  return Number.isFinite(seconds) && seconds >= 0 ? { proof, times, seconds, seed } : undefined;
}

const LIST = PROOFS.map(
  ({ name, summary, times }) => `  ${name.padEnd(14)}  ${summary} (×${times})`,
);
const HELP = `npm run -s prove -- NAME [--times N] [--seconds N] [--seed S]

Blows at real processes with a real Kafka broker, and prints what became of it as JSON.
${LIST.join("\n")}`;

const chosen = optionsFrom(process.argv.slice(2));
if (chosen === undefined) {
  console.error(HELP);
  process.exit(2);
}
// An orderly exit ends the processes that were started.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const folder = mkdtempSync(join(tmpdir(), "segue-prove-"));
const startedMs = performance.now();
const seconds = () => Math.round((performance.now() - startedMs) / 1000);
const progress = (what: string) => console.error(`${String(seconds()).padStart(4)} s  ${what}`);
const { proof, ...options } = chosen;
const { held, figures } = await proof.run({ ...options, folder, progress });
console.log(JSON.stringify({ proof: proof.name, held, ...options, ...figures, took: seconds() }));
if (held) rmSync(folder, { recursive: true });
else console.error(`what was said, and the stores, are in ${folder}`);
process.exit(held ? 0 : 1);
