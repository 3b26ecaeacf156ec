import cluster, { type Worker } from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../core/domain/failure.ts";
import { type Child, pageUrl, sayReady, stopChild } from "./child-process.ts";
import type { CommandInput } from "./command.ts";
import { type HealthEndpoint, startHealthEndpoint } from "./health-endpoint.ts";
import { keepRunning } from "./keep-running.ts";
import { type MetricValues, textOfAll } from "./metrics/metrics.ts";
import { HEALTH_HOST } from "./metrics/process-metrics.ts";
import { noticeWriter } from "./notices.ts";
import type { ServingQuestion, ServingWord } from "./serving-messages.ts";
import { PROCESS_NUMBER_VARIABLE } from "./serving-process.ts";

/** A drain takes up to ten seconds. */
const STOP_GRACE_MS = 15_000;
/** A process that does not tell its metrics by then is left out of a scrape. */
const METRICS_WAIT_MS = 2_000;
/** What a `segue` process ends with where its configuration is wrong. */
const EXIT_CONFIGURATION = 3;

/** Serves with `count` processes on the same ports and store, each a whole scorer of its own:
 *  connections are handed to them in turn. One that ends by itself is started again while the
 *  others serve on. Health and metrics of all are told here. Resolves after the stop signal, when
 *  all are gone; throws where one cannot start. */
export async function serveWithSeveral(
  { options, signal }: CommandInput,
  count: number,
): Promise<void> {
  const { onNotice } = noticeWriter("serve", options);
  cluster.setupPrimary({ serialization: "advanced" });
  const numbers = Array.from({ length: count }, (_, at) => at + 1);
  const children = await allOrNone(numbers.map(startServing));
  const { detail } = children[0]!;
  const page = pageUrl({ detail });
  if (page !== undefined) {
    // The page's port is free again once its one process has ended; the others are held here.
    const args = [...process.argv.slice(2), "--console-port", new URL(page).port];
    cluster.setupPrimary({ args });
  }
  let running = count;
  const health = await healthOfAll(options.numberIfGiven("health-port"));
  const tell = () => health?.say(running > 0 && !signal.aborted, { processes: running });
  tell();
  signal.addEventListener("abort", tell);
  const healthAt = health === undefined ? "" : `, health on port ${health.port}`;
  sayReady("serve", `${detail}${healthAt}`);
  const onChange = (isRunning: boolean) => {
    running += isRunning ? 1 : -1;
    tell();
  };
  const say = (message: string) => onNotice({ level: "warning", message });
  const keeping = { signal, say, onChange };
  await Promise.all(
    children.map((child, at) => keepRunning(child, () => startServing(numbers[at]!), keeping)),
  );
  health?.close();
}

/** Forks this process with its own command line; resolves when the fork serves. Throws
 *  `bad_configuration` where that is why it ended, and else `dependency_missing`. */
async function startServing(number: number): Promise<Child> {
  const worker = cluster.fork({ [PROCESS_NUMBER_VARIABLE]: String(number) });
  const detail = await new Promise<string>((resolve, reject) => {
    worker.on("message", (word: ServingWord) => {
      if (word.kind === "ready") resolve(word.detail);
    });
    worker.once("exit", (code, name) => {
      const why = code === EXIT_CONFIGURATION ? "bad_configuration" : "dependency_missing";
      reject(new Failure(why, `serving process ${number} ended with ${name ?? code}`));
    });
  });
  const { process: child } = worker;
  return { name: "serve", process: child, detail, stop: () => stopChild(child, STOP_GRACE_MS) };
}

async function allOrNone(starting: readonly Promise<Child>[]): Promise<readonly Child[]> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    for (const worker of workers()) worker.process.kill("SIGKILL");
    throw error;
  }
}

async function healthOfAll(port: number | undefined): Promise<HealthEndpoint | undefined> {
  if (port === undefined) return undefined;
  return startHealthEndpoint({ host: HEALTH_HOST, port, metrics: metricsOfAll });
}

async function metricsOfAll(): Promise<string> {
  const asked = await Promise.all(workers().map(metricsOf));
  return textOfAll(asked.flatMap((values) => (values === undefined ? [] : [values])));
}

let questions = 0;

/** Undefined where the process does not answer in time. */
async function metricsOf(worker: Worker): Promise<MetricValues | undefined> {
  const question: ServingQuestion = { kind: "metrics", id: questions++ };
  const { promise, resolve } = Promise.withResolvers<MetricValues | undefined>();
  const hear = (word: ServingWord) => {
    if (word.kind === "metrics" && word.id === question.id) resolve(word.values);
  };
  worker.on("message", hear);
  worker.send(question, (error: Error | null) => {
    if (error) resolve(undefined);
  });
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(METRICS_WAIT_MS, undefined, { signal: late.signal }),
    ]);
  } finally {
    late.abort();
    worker.off("message", hear);
  }
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? []);
}
