import { Failure } from "../core/domain/failure.ts";

/** Where the value of an option can come from; the first of these that has one counts. */
export type SettingSource = "flag" | "environment" | "file" | "default";

export interface Setting {
  /** As text, whatever its type; undefined where nothing gives one. */
  readonly value: string | undefined;
  readonly from: SettingSource | undefined;
  /** What to call it where its value is wrong: `--port`, `SEGUE_PORT`, `serve.port in FILE`. */
  readonly place: string;
}

/** What an option's declaration says of its values. */
export interface SettingSpec {
  readonly type: "text" | "number" | "flag";
  readonly default?: string | number;
}

export type Settings = ReadonlyMap<string, Setting>;

/** What a machine says beside the command line. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigFile | undefined;
}

/** A configuration file: options for every command that has them, and for one command alone, which
 *  count more. */
export interface ConfigFile {
  readonly path: string;
  readonly shared: Readonly<Record<string, unknown>>;
  readonly byCommand: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const NO_SURROUNDINGS: Surroundings = { environment: {} };

/** The variable of an option: `--topic-prefix` is `SEGUE_TOPIC_PREFIX`. */
export function variableOf(option: string): string {
  return `SEGUE_${option.replaceAll("-", "_").toUpperCase()}`;
}

/** All options of a command with their values. `flags` are what the command line gives. Throws
 *  `bad_configuration` where environment or file give a value of another type. */
export function settingsOf(
  command: string,
  options: Readonly<Record<string, SettingSpec>>,
  flags: Readonly<Record<string, unknown>>,
  around: Surroundings,
): Settings {
  const entries = Object.entries(options).map(([name, spec]) => {
    const flag = flags[name];
    if (flag !== undefined) return [name, setting(String(flag), "flag", `--${name}`)] as const;
    const outside = fromEnvironment(name, spec, around) ?? fromFile(command, name, spec, around);
    if (outside !== undefined) return [name, outside] as const;
    const fallback = spec.type === "flag" ? "false" : spec.default;
    if (fallback !== undefined) {
      return [name, setting(String(fallback), "default", `--${name}`)] as const;
    }
    return [name, setting(undefined, undefined, `--${name}`)] as const;
  });
  return new Map(entries);
}

function setting(
  value: string | undefined,
  from: SettingSource | undefined,
  place: string,
): Setting {
  return { value, from, place };
}

/** An empty variable counts as none, as manifests of containers write it. */
function fromEnvironment(
  name: string,
  { type }: SettingSpec,
  { environment }: Surroundings,
): Setting | undefined {
  const place = variableOf(name);
  const value = environment[place];
  if (value === undefined || value === "") return undefined;
  if (type === "flag" && value !== "true" && value !== "false") {
    throw wrongValue(place, "must be true or false", value);
  }
  return setting(value, "environment", place);
}

function fromFile(
  command: string,
  name: string,
  { type }: SettingSpec,
  { file }: Surroundings,
): Setting | undefined {
  if (file === undefined) return undefined;
  const own = file.byCommand[command]?.[name];
  const value = own ?? file.shared[name];
  if (value === undefined) return undefined;
  const key = own === undefined ? name : `${command}.${name}`;
  const place = `${key} in ${file.path}`;
  if (typeof value !== JSON_TYPES[type]) {
    throw wrongValue(place, `must be a JSON ${JSON_TYPES[type]}`, JSON.stringify(value));
  }
  return setting(String(value), "file", place);
}

const JSON_TYPES = { text: "string", number: "number", flag: "boolean" } as const;

function wrongValue(place: string, what: string, value: string): Failure {
  return new Failure("bad_configuration", `${place} ${what}, not ${value}`, { field: place });
}
