import { Failure } from "../core/domain/failure.ts";
import { suggestion } from "./nearest-name.ts";
import { readJsonFile } from "./read-json-file.ts";
import { type ConfigFile, type Surroundings, variableOf } from "./settings.ts";

/** The options of every command, by its name. */
export type Declarations = ReadonlyMap<string, ReadonlySet<string>>;

/** Variables that begin as ours and are no options: those of the test suite. */
const OTHER_VARIABLES = /^SEGUE_(DATA$|TEST_)/;

/** Reads a configuration file: a JSON object of options, in which an object holds the options of
 *  one command. Throws `bad_configuration` where it cannot be read. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const shared: Record<string, unknown> = {};
  const byCommand: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(await readJsonFile(path, "--config-file"))) {
    if (typeof value === "object" && value !== null) byCommand[key] = { ...value };
    else shared[key] = value;
  }
  return { path, shared, byCommand };
}

/** What stands in the environment or the file and means nothing to any command, each as a sentence
 *  with the nearest name. */
export function unknownNames(
  { environment, file }: Surroundings,
  declared: Declarations,
): string[] {
  const options = new Set([...declared.values()].flatMap((names) => [...names]));
  const variables = [...options].map(variableOf);
  const wrong = strayVariables(environment, variables).map(
    (name) => `no option has the variable ${name}${suggestion(name, variables)}`,
  );
  if (file === undefined) return wrong;
  for (const key of Object.keys(file.shared)) {
    if (options.has(key)) continue;
    const near = suggestion(key, [...options, ...declared.keys()]);
    wrong.push(`${file.path}: there is no option "${key}"${near}`);
  }
  for (const [command, section] of Object.entries(file.byCommand)) {
    const names = declared.get(command);
    if (names === undefined) {
      const near = suggestion(command, declared.keys());
      wrong.push(`${file.path}: there is no command "${command}"${near}`);
      continue;
    }
    for (const key of Object.keys(section)) {
      if (names.has(key)) continue;
      const near = suggestion(key, names);
      wrong.push(`${file.path}: ${command} has no option "${key}"${near}`);
    }
  }
  return wrong;
}

/** Variables that begin as ours and are none of `known`. */
export function strayVariables(
  environment: Surroundings["environment"],
  known: readonly string[],
): string[] {
  return Object.keys(environment).filter(
    (name) => /^SEGUE_/.test(name) && !OTHER_VARIABLES.test(name) && !known.includes(name),
  );
}

/** Throws the first of `unknownNames`, as `bad_configuration`. */
export function requireKnown(around: Surroundings, declared: Declarations): void {
  const [first] = unknownNames(around, declared);
  if (first !== undefined) throw new Failure("bad_configuration", first);
}
