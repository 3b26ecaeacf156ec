import { once } from "node:events";
import { type Child, startChild } from "./child-process.ts";
import { pause, stopped } from "./stop-signal.ts";

/** Ingest and scorer, each a process of its own, so that one may die and the other serves on. */
export interface ProcessPair {
  /** Where the scorer listens, as HOST:PORT. */
  readonly address: string;
  /** Resolves after the stop signal, when both are gone. */
  readonly finished: Promise<void>;
}

export interface PairOptions {
  readonly home: string;
  readonly bundle: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly brokers: string | undefined;
  readonly topicPrefix: string;
  readonly signal: AbortSignal;
}

/** A child that ends is started again after this pause. */
const RESTART_PAUSE_MS = 500;
/** A child that ended this often is not started again: something is wrong that a restart does not
 *  mend. */
const RESTARTS_MAX = 20;

/** Starts both, starts again whichever ends by itself, and stops both when `signal` is raised.
 *  Where one cannot start, the other is stopped and its failure is thrown. */
export async function startPair(options: PairOptions): Promise<ProcessPair> {
  const started = await Promise.allSettled([
    startChild("ingest", ingestArgs(options)),
    startChild("serve", serveArgs(options, options.port)),
  ]);
  const [ingest, scorer] = await bothOrNone(started);
  const address = scorer.detail.replace("grpc ", "");
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const finished = Promise.all([
    supervise(ingest, ingestArgs(options), options.signal),
    supervise(scorer, serveArgs(options, port), options.signal),
  ]).then(() => undefined);
  return { address, finished };
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

function ingestArgs({ home, bundle, brokers, topicPrefix }: PairOptions): string[] {
  const kafka = [...given("--brokers", brokers), "--topic-prefix", topicPrefix];
  return ["--home", home, ...given("--bundle", bundle), ...kafka];
}

function serveArgs(options: PairOptions, port: number): string[] {
  return [...ingestArgs(options), "--host", options.host, "--port", String(port)];
}

function given(option: string, value: string | undefined): string[] {
  return value === undefined ? [] : [option, value];
}

async function supervise(
  first: Child,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  let child = first;
  for (let restarts = 0; ; restarts++) {
    await endedOrStopped(child, signal);
    if (signal.aborted) return child.stop();
    if (restarts === RESTARTS_MAX) throw new Error(`segue ${child.name} ended ${restarts} times`);
    process.stderr.write(`segue ${child.name} ended and is started again\n`);
    await pause(RESTART_PAUSE_MS, signal);
    if (signal.aborted) return;
    child = await startChild(child.name, args);
  }
}

function endedOrStopped({ process: child }: Child, signal: AbortSignal): Promise<unknown> {
  const ended = child.exitCode !== null || child.signalCode !== null;
  return ended ? Promise.resolve() : Promise.race([once(child, "exit"), stopped(signal)]);
}
