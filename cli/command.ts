import { parseArgs } from "node:util";
import { suggestion } from "./nearest-name.ts";
import {
  NO_SURROUNDINGS,
  type SettingSpec,
  type Settings,
  type Surroundings,
  settingsOf,
  variableOf,
} from "./settings.ts";

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
  /** Whether all that follows its name is handed over as words, options and all. */
  readonly takesRest?: boolean;
  run(input: CommandInput): Promise<void>;
}

/** The default is shown by help and used where the option is not given. */
export interface OptionSpec extends SettingSpec {
  readonly help: string;
  readonly required?: boolean;
  /** Never shown by `config print`, and never taken from the command line, which all processes of
   *  a machine can read. */
  readonly secret?: boolean;
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

/** What a command line says, before anything is known of its surroundings. */
export interface CommandLine {
  /** Given options by name, unchecked. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
  readonly help: boolean;
  readonly configFile: string | undefined;
}

/** Splits `args` by the command's declarations. Throws `UsageError` naming the option at fault. */
export function splitCommandLine(command: Command, args: readonly string[]): CommandLine {
  if (command.takesRest) {
    return { flags: {}, words: args, help: args[0] === "--help", configFile: undefined };
  }
  const all = { ...command.options, ...COMMON_OPTIONS };
  const declared = Object.fromEntries(
    Object.entries(all).map(([name, { type }]) => [
      name,
      { type: type === "flag" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    const how = { allowPositionals: true, allowNegative: true };
    parsed = parseArgs({ args: [...args], options: declared, ...how });
  } catch (cause) {
    throw new UsageError(messageOf(cause, Object.keys(all)));
  }
  const { "config-file": configFile, help, ...flags } = parsed.values;
  const file = configFile === undefined ? undefined : String(configFile);
  return { flags, words: parsed.positionals, help: help === true, configFile: file };
}

/** What a command is told: its options from the command line, the surroundings and the defaults.
 *  Throws `UsageError` where a required one is missing, `bad_configuration` where the surroundings
 *  are wrong. */
export function readCommandLine(
  name: string,
  command: Command,
  { flags, words }: CommandLine,
  around: Surroundings = NO_SURROUNDINGS,
): { readonly options: Options; readonly settings: Settings } {
  checkSecrets(command, flags);
  const settings = settingsOf(name, command.options, flags, around);
  checkRequired(command, settings);
  if (!command.takesRest) checkWords(command, words);
  return { options: readOptions(settings), settings };
}

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "config-file": { type: "text", help: "file of options, JSON; see docs/configuration.md" },
  help: { type: "flag", help: "print this help" },
};

/** Node's own words, with the option that may have been meant. */
function messageOf(cause: unknown, names: readonly string[]): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const unknown = /^Unknown option '--?([\w-]+)'/.exec(message)?.[1];
  return unknown === undefined ? message : `there is no --${unknown}${suggestion(unknown, names)}`;
}

/** The text of `segue COMMAND --help`. */
export function helpText({ name, summary }: CommandEntry, command: Command): string {
  const rows = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(([name, spec]) => {
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

function checkSecrets({ options }: Command, flags: CommandLine["flags"]): void {
  const shown = Object.keys(flags).find((name) => options[name]?.secret);
  if (shown === undefined) return;
  const message = `--${shown} would be shown to all who list processes; give it as`;
  throw new UsageError(`${message} ${variableOf(shown)} or in the configuration file`);
}

function checkRequired(command: Command, settings: Settings): void {
  for (const [name, spec] of Object.entries(command.options)) {
    const isMissing = settings.get(name)?.value === undefined;
    if (spec.required && isMissing) throw new UsageError(`--${name} is missing`);
  }
}

function checkWords(command: Command, words: readonly string[]): void {
  const { least, most } = command.words ?? { least: 0, most: 0 };
  if (words.length < least) throw new UsageError(`too few words: ${command.usage}`);
  if (words.length > most) throw new UsageError(`unexpected word "${words[most]}"`);
}

function readOptions(settings: Settings): Options {
  const settingFor = (name: string) => {
    const setting = settings.get(name);
    if (setting === undefined) throw new Error(`--${name} is not declared`);
    return setting;
  };
  const textIfGiven = (name: string): string | undefined => settingFor(name).value;
  const numberIfGiven = (name: string): number | undefined => {
    const { value, place } = settingFor(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number)) {
      throw new UsageError(`${place} must be a number, not "${value}"`);
    }
    return number;
  };
  const present = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    return value;
  };
  return {
    textIfGiven,
    text: (name) => present(name, textIfGiven(name)),
    numberIfGiven,
    number: (name) => present(name, numberIfGiven(name)),
    flag: (name) => settingFor(name).value === "true",
  };
}
