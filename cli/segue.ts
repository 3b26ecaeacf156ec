#!/usr/bin/env node
import { Failure } from "../core/domain/failure.ts";
import { type CommandEntry, helpText, parseCommandLine, UsageError } from "./command.ts";

/** Each loads when it is called, so that none waits for what only others need. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: "start",
    summary:
      "Show everything on this machine: a world, its models, live listening, and what a skip does",
    load: async () => (await import("./commands/start.ts")).start,
  },
  {
    name: "simulate",
    summary: "Make a listening world with a stated ground truth",
    load: async () => (await import("./commands/simulate.ts")).simulateCommand,
  },
  {
    name: "import",
    summary: "Turn a published listening log into a log folder",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "split-log",
    summary: "Cut a log folder in time, into one to learn from and one to measure on",
    load: async () => (await import("./commands/split-log.ts")).splitLogCommand,
  },
  {
    name: "train",
    summary: "Learn both models from a log folder and publish them as a bundle",
    load: async () => (await import("./commands/train.ts")).trainCommand,
  },
  {
    name: "tune",
    summary: "Search for the training settings that are worth most on a log, for so many minutes",
    load: async () => (await import("./commands/tune.ts")).tuneCommand,
  },
  {
    name: "evaluate",
    summary: "Measure a bundle on a log folder, through the code that serves",
    load: async () => (await import("./commands/evaluate.ts")).evaluateCommand,
  },
  {
    name: "measure-skips",
    summary: "Measure what one early skip does to the tracks that are like the skipped one",
    load: async () => (await import("./commands/measure-skips.ts")).measureSkipsCommand,
  },
  {
    name: "report",
    summary: "Measure a bundle and write what was found as one HTML page",
    load: async () => (await import("./commands/report.ts")).reportCommand,
  },
  {
    name: "compare-models",
    summary: "Learn the six models of De Boom et al. 2018 from a log and compare them on another",
    load: async () => (await import("./commands/compare-models.ts")).compareModelsCommand,
  },
  {
    name: "compress",
    summary: "Make a bundle smaller and faster, and print what that costs in recall",
    load: async () => (await import("./commands/compress.ts")).compressCommand,
  },
  {
    name: "dev",
    summary: "Run ingest and scorer together, on the embedded log unless brokers are given",
    load: async () => (await import("./commands/dev.ts")).dev,
  },
  {
    name: "ingest",
    summary: "Hear the listening log and keep every listener's state",
    load: async () => (await import("./commands/ingest.ts")).ingest,
  },
  {
    name: "serve",
    summary:
      "Answer over gRPC from the state that ingest keeps; take events from producers without Kafka",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  {
    name: "replay",
    summary: "Send a log folder's events to a running Segue, at the pace they happened or faster",
    load: async () => (await import("./commands/replay.ts")).replay,
  },
  {
    name: "recommend",
    summary: "Ask a running scorer for the next tracks of a listener",
    load: async () => (await import("./commands/recommend.ts")).recommendCommand,
  },
  {
    name: "doctor",
    summary:
      "Check every byte of the listeners' store; set damage aside and rebuild it from the log",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "snapshot",
    summary: "Copy the listeners' store, verified, while ingest goes on",
    load: async () => (await import("./commands/snapshot.ts")).snapshot,
  },
  {
    name: "restore",
    summary: "Make the listeners' store from a snapshot, verified",
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  {
    name: "dlq",
    summary: "List, show or replay the records that were no listening events",
    load: async () => (await import("./commands/dlq.ts")).dlq,
  },
  {
    name: "inspect",
    summary: "Show what is inside a bundle, a listener's state, a log or a log folder, as JSON",
    load: async () => (await import("./commands/inspect.ts")).inspect,
  },
];

/** What the process ends with; scripts rely on these. */
const EXIT = { ok: 0, failed: 1, usage: 2, configuration: 3, dependency: 4 } as const;

/** So much longer may something that a command left open keep the process, such as a Kafka client
 *  whose broker is away. */
const LINGER_MS = 2_000;

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();

async function main(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (word === undefined || word === "--help" || word === "help") {
    process.stdout.write(overview());
    return word === undefined ? EXIT.usage : EXIT.ok;
  }
  const entry = COMMANDS.find(({ name }) => name === word);
  if (entry === undefined) {
    process.stderr.write(`segue: there is no command "${word}"\n\n${overview()}`);
    return EXIT.usage;
  }
  try {
    const command = await entry.load();
    const { options, words, help } = parseCommandLine(command, rest);
    if (help) process.stdout.write(helpText(entry, command));
    else await command.run({ options, words, signal: stopSignal() });
    return EXIT.ok;
  } catch (error) {
    return report(entry.name, error);
  }
}

function report(name: string, error: unknown): number {
  if (error instanceof UsageError) {
    const hint = `see: segue ${name} --help`;
    process.stderr.write(`segue ${name}: ${error.message}\n${hint}\n`);
    return EXIT.usage;
  }
  if (error instanceof Failure && error.code !== "bug") {
    const field = error.field === undefined ? "" : ` (${error.field})`;
    process.stderr.write(`segue ${name}: ${error.message}${field}\n`);
    if (error.code === "bad_configuration") return EXIT.configuration;
    return error.code === "dependency_missing" ? EXIT.dependency : EXIT.failed;
  }
  process.stderr.write(`segue ${name}: ${(error as Error)?.stack ?? String(error)}\n`);
  return EXIT.failed;
}

/** Aborts on the first Ctrl-C or SIGTERM; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(EXIT.failed));
      controller.abort();
    });
  }
  return controller.signal;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `segue COMMAND [options]; segue COMMAND --help says more\n\n${lines.join("\n")}\n`;
}
