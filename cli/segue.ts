#!/usr/bin/env node
import { Failure } from "../core/domain/failure.ts";
import { type Command, helpText, parseCommandLine, UsageError } from "./command.ts";
import { dev } from "./commands/dev.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { importCommand } from "./commands/import.ts";
import { ingest } from "./commands/ingest.ts";
import { inspect } from "./commands/inspect.ts";
import { recommendCommand } from "./commands/recommend.ts";
import { replay } from "./commands/replay.ts";
import { serve } from "./commands/serve.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { start } from "./commands/start.ts";
import { trainCommand } from "./commands/train.ts";

const COMMANDS: readonly Command[] = [
  start,
  simulateCommand,
  importCommand,
  trainCommand,
  evaluateCommand,
  dev,
  ingest,
  serve,
  replay,
  recommendCommand,
  inspect,
];

/** What the process ends with; scripts rely on these. */
const EXIT = { ok: 0, failed: 1, usage: 2, configuration: 3, dependency: 4 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (word === undefined || word === "--help" || word === "help") {
    process.stdout.write(overview());
    return word === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = COMMANDS.find(({ name }) => name === word);
  if (command === undefined) {
    process.stderr.write(`segue: there is no command "${word}"\n\n${overview()}`);
    return EXIT.usage;
  }
  try {
    const { options, words, help } = parseCommandLine(command, rest);
    if (help) process.stdout.write(helpText(command));
    else await command.run({ options, words, signal: stopSignal() });
    return EXIT.ok;
  } catch (error) {
    return report(command, error);
  }
}

function report(command: Command, error: unknown): number {
  if (error instanceof UsageError) {
    const hint = `see: segue ${command.name} --help`;
    process.stderr.write(`segue ${command.name}: ${error.message}\n${hint}\n`);
    return EXIT.usage;
  }
  if (error instanceof Failure && error.code !== "bug") {
    const field = error.field === undefined ? "" : ` (${error.field})`;
    process.stderr.write(`segue ${command.name}: ${error.message}${field}\n`);
    if (error.code === "bad_configuration") return EXIT.configuration;
    return error.code === "dependency_missing" ? EXIT.dependency : EXIT.failed;
  }
  process.stderr.write(`segue ${command.name}: ${(error as Error)?.stack ?? String(error)}\n`);
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
