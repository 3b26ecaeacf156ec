import { dirname } from "node:path";
import { CONSOLE_LIMITS } from "../console/limits.ts";
import { openConsole } from "../console/open-console.ts";
import { isThisMachine } from "../console/same-origin.ts";
import { type CallFigures, createCallFigures } from "../console/status/call-figures.ts";
import { createExposure, type Exposure } from "../console/status/exposure.ts";
import type { CatalogueReader } from "../core/catalogue/catalogue-store.ts";
import { Failure } from "../core/domain/failure.ts";
import { DEAD_LETTER_TOPIC, type EventLog } from "../core/log/event-log.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import type { Experiment } from "../scorer/experiments/experiment.ts";
import type { Scorer } from "../scorer/scorer.ts";
import type { ServedService } from "../scorer/serve.ts";
import { askDoctor } from "./ask-doctor.ts";
import type { OptionSpec, Options } from "./command.ts";
import type { Home } from "./home.ts";
import { logChoice, openLog } from "./open-log.ts";

export const CONSOLE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "console-port": {
    type: "number",
    help: "serves the page and JSON over HTTP on this port; 0 takes any free one",
  },
  "console-host": {
    type: "text",
    help: "address that the page listens on; whoever reaches it may do all that the page can",
    default: "127.0.0.1",
  },
};

export interface ServedConsole {
  readonly url: string;
  close(): Promise<void>;
}

/** What is counted for the page: to be told of every call and of every list. */
export interface ConsoleFigures {
  readonly calls: CallFigures;
  readonly exposure: Exposure;
}

/** What the console of a scorer's process shares with it. */
export interface SharedParts extends ConsoleFigures {
  readonly home: Home;
  readonly scorer: () => Scorer;
  readonly log: EventLog;
  readonly catalogue: CatalogueReader;
  readonly experiments: readonly Experiment[];
  readonly grpcServices: readonly ServedService[];
  readonly onNotice: LogNoticeListener;
}

export function consoleFigures(): ConsoleFigures {
  return {
    calls: createCallFigures(() => performance.now()),
    exposure: createExposure(CONSOLE_LIMITS.exposureTracks),
  };
}

/** Opens the console where `--console-port` asks for one. */
export async function serveConsole(
  options: Options,
  parts: SharedParts,
): Promise<ServedConsole | undefined> {
  const port = options.numberIfGiven("console-port");
  if (port === undefined) return undefined;
  const host = consoleHost(options);
  const { home, onNotice } = parts;
  const deadLetters = await openLog(logChoice(options), DEAD_LETTER_TOPIC, onNotice);
  const console = await openConsole({
    ...parts,
    deadLetters,
    host,
    port,
    servedFolder: home.bundle,
    reportsFolder: home.reports,
    bundleFolders: [home.folder, home.bundle, dirname(home.bundle)],
    checkStore: () => askDoctor(["--home", home.folder]),
    now: Date.now,
    monotonicMs: () => performance.now(),
    report: (error) => onNotice({ level: "error", message: String(error) }),
  });
  return {
    url: console.url,
    async close() {
      console.close();
      await deadLetters.close();
    },
  };
}

/** The page asks for no token, so where callers must show one it is for this machine alone. Throws
 *  `bad_configuration`. */
function consoleHost(options: Options): string {
  const host = options.text("console-host");
  if (options.textIfGiven("token-keys") === undefined || isThisMachine(host)) return host;
  const message = `the console asks for no token; it cannot listen on ${host} beside --token-keys`;
  throw new Failure("bad_configuration", message, { field: "--console-host" });
}
