import cluster from "node:cluster";
import type { Bundle } from "../core/bundle/bundle.ts";
import type { Scorer } from "../scorer/scorer.ts";
import { sayReady } from "./child-process.ts";
import type { OptionSpec, Options } from "./command.ts";
import { showCatalogue } from "./metrics/catalogue-metrics.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { healthOf, showProcess } from "./metrics/process-metrics.ts";
import type { ServingQuestion, ServingWord } from "./serving-messages.ts";
import { wholeNumberOf } from "./whole-number.ts";

export const PROCESSES_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  processes: {
    type: "number",
    help: "how many processes serve on the port; one for each core makes use of all",
    default: 1,
  },
};

const PROCESSES_MAX = 64;

/** Throws `bad_configuration` where it is no number of processes. */
export function processCount(options: Options): number {
  return wholeNumberOf(options, "processes", { least: 1, most: PROCESSES_MAX });
}

/** Where a serving process reads which one of several it is, from 1 on. */
export const PROCESS_NUMBER_VARIABLE = "SERVING_PROCESS_NUMBER";

/** How a serving process tells how it is: to whoever asks over HTTP where it serves alone, and to
 *  the process that started it where it is one of several. */
export interface Standing {
  /** Whether it is the one that serves the page. */
  readonly servesPage: boolean;
  /** Whether anybody may ask for its metrics. */
  readonly isScraped: boolean;
  /** Says that it is ready; `detail` is where it listens. */
  ready(detail: string): void;
  /** Says that it is ready no more. */
  leaves(): void;
  close(): void;
}

export interface Told {
  readonly metrics: Metrics;
  readonly scorer: () => Scorer;
}

export async function standingOf(options: Options, { metrics, scorer }: Told): Promise<Standing> {
  const number = Number(process.env[PROCESS_NUMBER_VARIABLE]);
  showCatalogue(metrics, scorer);
  const shown = { metrics, bundle: () => scorer().bundle };
  return cluster.isWorker ? oneOfSeveral(number, options, shown) : alone(options, shown);
}

interface Shown {
  readonly metrics: Metrics;
  readonly bundle: () => Bundle;
}

async function alone(options: Options, shown: Shown): Promise<Standing> {
  const health = await healthOf(options, shown);
  return {
    servesPage: true,
    isScraped: health !== undefined,
    ready(detail) {
      health?.say(true, {});
      sayReady(
        "serve",
        `${detail}${health === undefined ? "" : `, health on port ${health.port}`}`,
      );
    },
    leaves: () => health?.say(false, {}),
    close: () => health?.close(),
  };
}

function oneOfSeveral(number: number, options: Options, { metrics, bundle }: Shown): Standing {
  let isReady = false;
  metrics.nameProcess(number);
  showProcess(metrics, { bundle, isReady: () => isReady });
  const tell = (word: ServingWord) => process.send?.(word);
  process.on("message", async ({ id }: ServingQuestion) => {
    tell({ kind: "metrics", id, values: await metrics.values() });
  });
  return {
    servesPage: number === 1,
    isScraped: options.numberIfGiven("health-port") !== undefined,
    ready(detail) {
      isReady = true;
      tell({ kind: "ready", detail });
    },
    leaves() {
      isReady = false;
    },
    // Without the way to its parent nothing holds the process any longer.
    close: () => process.disconnect(),
  };
}
