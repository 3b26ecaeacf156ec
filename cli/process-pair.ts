import { type Child, grpcAddress, pageUrl, startChild } from "./child-process.ts";
import { keepRunning } from "./keep-running.ts";

/** Ingest and scorer, each a process of its own, so that one may die and the other serves on. */
export interface ProcessPair {
  /** Where the scorer listens, as HOST:PORT. */
  readonly address: string;
  /** Where the page is, for a browser; undefined where no port was given for it. */
  readonly page: string | undefined;
  /** Resolves after the stop signal, when both are gone. */
  readonly finished: Promise<void>;
}

export interface PairOptions {
  readonly home: string;
  readonly bundle: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Without one there is no page. */
  readonly consolePort?: number | undefined;
  readonly brokers: string | undefined;
  readonly topicPrefix: string;
  /** Where the scorer answers about health and metrics, and ingest at the next one; 0 takes any. */
  readonly healthPort?: number | undefined;
  readonly logFormat?: string;
  /** Where both send traces; nowhere without one. */
  readonly tracesEndpoint?: string | undefined;
  /** Options of the scorer alone; it tells its contracts where they are left out. */
  readonly scorerArgs?: readonly string[];
  /** Options of ingest alone. */
  readonly ingestArgs?: readonly string[];
  /** How both log in to Kafka, as options. */
  readonly kafkaArgs?: readonly string[];
  readonly signal: AbortSignal;
}

/** Starts both, starts again whichever ends by itself, and stops both when `signal` is raised.
 *  Where one cannot start, the other is stopped and its failure is thrown. */
export async function startPair(options: PairOptions): Promise<ProcessPair> {
  const started = await Promise.allSettled([
    startChild("ingest", ingestArgs(options)),
    startChild("serve", serveArgs(options, options)),
  ]);
  const [ingest, scorer] = await bothOrNone(started);
  const address = grpcAddress(scorer);
  const page = pageUrl(scorer);
  const ports = {
    port: Number(address.slice(address.lastIndexOf(":") + 1)),
    consolePort: page === undefined ? undefined : Number(new URL(page).port),
  };
  const keeping = { signal: options.signal, say: sayOnStderr };
  const finished = Promise.all([
    keepRunning(ingest, () => startChild("ingest", ingestArgs(options)), keeping),
    keepRunning(scorer, () => startChild("serve", serveArgs(options, ports)), keeping),
  ]).then(() => undefined);
  return { address, page, finished };
}

type Settled = PromiseSettledResult<Child>;

async function bothOrNone([ingest, scorer]: [Settled, Settled]): Promise<[Child, Child]> {
  if (ingest.status === "fulfilled" && scorer.status === "fulfilled") {
    return [ingest.value, scorer.value];
  }
  const reasons: unknown[] = [];
  for (const child of [ingest, scorer]) {
    if (child.status === "fulfilled") await child.value.stop();
    else reasons.push(child.reason);
  }
  throw reasons[0];
}

function ingestArgs(options: PairOptions): string[] {
  const { healthPort, ingestArgs: own = [] } = options;
  // Neither takes the other's: 0 stays 0.
  const next = healthPort === undefined || healthPort === 0 ? healthPort : healthPort + 1;
  return [...sharedArgs(options), ...given("--health-port", next), ...own];
}

function serveArgs(options: PairOptions, { port, consolePort }: Ports): string[] {
  const address = ["--host", options.host, "--port", String(port)];
  const console = given("--console-port", consolePort);
  const health = given("--health-port", options.healthPort);
  const own = options.scorerArgs ?? ["--reflection"];
  return [...sharedArgs(options), ...address, ...console, ...health, ...own];
}

/** Those of the first start are kept by all later ones. */
type Ports = Pick<PairOptions, "port" | "consolePort">;

function sharedArgs(options: PairOptions): string[] {
  const { home, bundle, brokers, topicPrefix, logFormat, kafkaArgs = [] } = options;
  const kafka = [...given("--brokers", brokers), "--topic-prefix", topicPrefix, ...kafkaArgs];
  const log = given("--log-format", logFormat);
  const traces = given("--traces-endpoint", options.tracesEndpoint);
  return ["--home", home, ...given("--bundle", bundle), ...kafka, ...log, ...traces];
}

function given(option: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [option, String(value)];
}

function sayOnStderr(message: string): void {
  process.stderr.write(`${message}\n`);
}
