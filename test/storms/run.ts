import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "../../deploy/kafka/broker.ts";
import { readOptions, refuse, wholeNumber } from "../support/read-options.ts";
import { awayBroker } from "./broker-away.ts";
import { endHosts } from "./end-hosts.ts";
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
    name: "hosts",
    summary: "one of three hosts is ended whole under load, and comes back with its folder or none",
    times: 20,
    run: ended,
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

async function ended(options: ProofOptions): Promise<{ held: boolean; figures: object }> {
  const broker = await startBroker();
  try {
    const sizes = { brokers: broker.brokers, hosts: 3, standbys: 1 };
    const said = join(options.folder, "said.txt");
    const figures = await endHosts({ ...options, ...sizes, said });
    const { isEqual, fromNothing, failed } = figures;
    return { held: isEqual && fromNothing === 0 && failed === 0, figures };
  } finally {
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

const LIST = PROOFS.map(
  ({ name, summary, times }) => `  ${name.padEnd(14)}  ${summary} (×${times})`,
);
const HELP = `npm run -s prove -- NAME [--times N] [--seconds N] [--seed S]

Blows at real processes with a real Kafka broker, and prints what became of it as JSON.
${LIST.join("\n")}`;

function chosenProof() {
  const given = readOptions({ help: HELP, options: ["times", "seconds", "seed"], wordsMax: 1 });
  const [name] = given.words;
  const proof = PROOFS.find((one) => one.name === name);
  if (proof === undefined) {
    return refuse(HELP, name === undefined ? "name a proof" : `there is no proof "${name}"`);
  }
  const number = (option: string, least: number, otherwise: number) =>
    wholeNumber(given, option, { least, otherwise });
  return {
    proof,
    times: number("times", 1, proof.times),
    seconds: number("seconds", 0, proof.seconds ?? 0),
    seed: number("seed", 0, Math.floor(Math.random() * 2 ** 31)),
  };
}

const { proof, ...options } = chosenProof();
// An orderly exit ends the processes that were started.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const folder = mkdtempSync(join(tmpdir(), "segue-prove-"));
const startedMs = performance.now();
const seconds = () => Math.round((performance.now() - startedMs) / 1000);
const progress = (what: string) => console.error(`${String(seconds()).padStart(4)} s  ${what}`);
const { held, figures } = await proof.run({ ...options, folder, progress });
console.log(JSON.stringify({ proof: proof.name, held, ...options, ...figures, took: seconds() }));
if (held) rmSync(folder, { recursive: true });
else console.error(`what was said, and the stores, are in ${folder}`);
process.exit(held ? 0 : 1);
