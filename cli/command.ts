import { parseArgs } from "node:util";

/** One word of `segue WORD …`. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** What a command takes and does. */
export interface Command {
  /** What stands after the name, as help prints it. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** How many words without dashes are taken; none by default. */
  readonly words?: { readonly least: number; readonly most: number };
  run(input: CommandInput): Promise<void>;
}

export interface OptionSpec {
  readonly type: "text" | "number" | "flag";
  readonly help: string;
  readonly required?: boolean;
  /** Shown by help and used where the option is not given. */
  readonly default?: string | number;
}

/** What a command gets: its checked options and words, and a signal that Ctrl-C and SIGTERM
 *  raise. */
export interface CommandInput {
  readonly options: Options;
  readonly words: readonly string[];
  readonly signal: AbortSignal;
}

/** Reads checked options by name. Asking for an option that the command did not declare is a
 *  bug. */
export interface Options {
  text(name: string): string;
  textIfGiven(name: string): string | undefined;
  number(name: string): number;
  numberIfGiven(name: string): number | undefined;
  flag(name: string): boolean;
}

/** The command line itself is wrong: exit code 2 and a pointer to `--help`. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Parses `args` by the command's declarations. Throws `UsageError` naming the option at fault. */
export function parseCommandLine(
  command: Command,
  args: readonly string[],
): { options: Options; words: readonly string[]; help: boolean } {
  const declared = Object.fromEntries(
    Object.entries({ ...command.options, help: HELP }).map(([name, { type }]) => [
      name,
      { type: type === "flag" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options: declared, allowPositionals: true });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
  const { values, positionals } = parsed;
  const help = values.help === true;
  if (!help) {
    checkRequired(command, values);
    checkWords(command, positionals);
  }
  return { options: readOptions(command, values), words: positionals, help };
}

const HELP: OptionSpec = { type: "flag", help: "print this help" };

/** The text of `segue COMMAND --help`. */
export function helpText({ name, summary }: CommandEntry, command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(([name, spec]) => {
    const value = spec.type === "flag" ? "" : spec.type === "number" ? " N" : " TEXT";
    const fallback = spec.default === undefined ? "" : ` (default ${spec.default})`;
    return [
      `--${name}${value}`,
      `${spec.help}${spec.required ? " (required)" : fallback}`,
    ] as const;
  });
  const width = Math.max(...rows.map(([option]) => option.length));
  const lines = rows.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
  return `${summary}\n\nsegue ${name} ${command.usage}\n\n${lines.join("\n")}\n`;
}

function checkRequired(command: Command, values: Record<string, unknown>): void {
  for (const [name, spec] of Object.entries(command.options)) {
    if (spec.required && values[name] === undefined) throw new UsageError(`--${name} is missing`);
  }
}

function checkWords(command: Command, words: readonly string[]): void {
  const { least, most } = command.words ?? { least: 0, most: 0 };
  if (words.length < least) throw new UsageError(`too few words: ${command.usage}`);
  if (words.length > most) throw new UsageError(`unexpected word "${words[most]}"`);
}

function readOptions(command: Command, values: Record<string, unknown>): Options {
  const given = (name: string): string | undefined => {
    const spec = command.options[name];
    if (spec === undefined) throw new Error(`--${name} is not declared`);
    const value = values[name] ?? spec.default;
    return value === undefined ? undefined : String(value);
  };
  const numberIfGiven = (name: string): number | undefined => {
    const value = given(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number)) {
      throw new UsageError(`--${name} must be a number, not "${value}"`);
    }
    return number;
  };
  const present = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    return value;
  };
  return {
    textIfGiven: given,
    text: (name) => present(name, given(name)),
    numberIfGiven,
    number: (name) => present(name, numberIfGiven(name)),
    flag: (name) => values[name] === true,
  };
}
