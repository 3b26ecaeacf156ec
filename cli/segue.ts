#!/usr/bin/env node
import { Failure } from "../core/domain/failure.ts";
import { helpText, readCommandLine, splitCommandLine, UsageError } from "./command.ts";
import { COMMANDS } from "./command-list.ts";
import { keepCompiled } from "./keep-compiled.ts";
import { suggestion } from "./nearest-name.ts";
import { CONFIG_FILE_VARIABLE, surroundingsOf } from "./surroundings.ts";

/** What the process ends with; scripts rely on these. */
const EXIT = { ok: 0, failed: 1, usage: 2, configuration: 3, dependency: 4 } as const;

/** So much longer may something that a command left open keep the process, such as a Kafka client
 *  whose broker is away. */
const LINGER_MS = 2_000;

/** What to do about what the system refuses, by its code. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: "make room on the disk, or name another folder, and give the command again",
  EACCES: "the user who gives this command needs the right to it",
  EROFS: "name a folder on a disk that can be written",
};

keepCompiled();
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
    const near = suggestion(
      word,
      COMMANDS.map(({ name }) => name),
    );
    process.stderr.write(`segue: there is no command "${word}"${near}\nsee: segue --help\n`);
    return EXIT.usage;
  }
  try {
    const command = await entry.load();
    const line = splitCommandLine(command, rest);
    if (line.help) {
      process.stdout.write(helpText(entry, command));
      return EXIT.ok;
    }
    const around = await surroundingsOf(command, COMMANDS, {
      configFile: line.configFile,
      environment: process.env,
    });
    // A process that this one starts is told the same.
    if (around.file !== undefined) process.env[CONFIG_FILE_VARIABLE] = around.file.path;
    const { options } = readCommandLine(entry.name, command, line, around);
    await command.run({ options, words: line.words, signal: stopSignal() });
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
  process.stderr.write(`segue ${name}: ${refusalOf(error) ?? stackOf(error)}\n`);
  return EXIT.failed;
}

/** What the system refuses, or a person ends, is no fault of the program: a sentence is of more use
 *  than a stack. */
function refusalOf(error: unknown): string | undefined {
  const { name, code, path, message } = error as NodeJS.ErrnoException;
  if (name === "AbortError") return "ended before it was done, as it was told to";
  const advice = REFUSALS[code ?? ""];
  if (advice === undefined) return undefined;
  return path === undefined ? `${message}; ${advice}` : `${path}: ${message}; ${advice}`;
}

function stackOf(error: unknown): string {
  return (error as Error)?.stack ?? String(error);
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
