import { once } from "node:events";
import { type Child, grpcAddress, pageUrl, startChild } from "./child-process.ts";
import { afterEnd, NO_ENDS } from "./restart-pause.ts";
import { pause, stopped } from "./stop-signal.ts";

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
  const finished = Promise.all([
    supervise(ingest, ingestArgs(options), options.signal),
    supervise(scorer, serveArgs(options, ports), options.signal),
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
  const { healthPort } = options;
  // Neither takes the other's: 0 stays 0.
  const next = healthPort === undefined || healthPort === 0 ? healthPort : healthPort + 1;
  return [...sharedArgs(options), ...given("--health-port", next)];
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

/** Starts a child again whenever it ends, after a pause that grows while it ends soon. */
async function supervise(
  first: Child,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { name } = first;
  let child: Child | undefined = first;
  let ends = NO_ENDS;
  for (;;) {
    const startedMs = performance.now();
    if (child !== undefined) await endedOrStopped(child, signal);
    if (signal.aborted) return child?.stop();
    const next = afterEnd(ends, performance.now() - startedMs);
    ends = next.ends;
    if (next.pauseMs === undefined) throw new Error(`segue ${name} ended ${ends.inARow} times`);
    process.stderr.write(`segue ${name} ended; it starts again in ${next.pauseMs} ms\n`);
    await pause(next.pauseMs, signal);
    if (signal.aborted) return;
    child = await startedOrEnded(name, args);
  }
}

/** Undefined where the child ended before it was ready; that is one more end. */
async function startedOrEnded(name: string, args: readonly string[]): Promise<Child | undefined> {
  try {
    return await startChild(name, args);
  } catch (failure) {
    process.stderr.write(`${(failure as Error).message}\n`);
    return undefined;
  }
}

function endedOrStopped({ process: child }: Child, signal: AbortSignal): Promise<unknown> {
  const ended = child.exitCode !== null || child.signalCode !== null;
  return ended ? Promise.resolve() : Promise.race([once(child, "exit"), stopped(signal)]);
}
