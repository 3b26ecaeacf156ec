import { resolve } from "node:path";
import { COMMON_OPTIONS, type Command, type CommandEntry } from "./command.ts";
import { type Declarations, readConfigFile, requireKnown, strayVariables } from "./config-file.ts";
import { type Surroundings, variableOf } from "./settings.ts";

export const CONFIG_FILE_VARIABLE = variableOf("config-file");

/** What environment and configuration file say around a command line that names `configFile`, or
 *  none. Throws `bad_configuration` where either holds a name that none of `commands` knows. */
export async function surroundingsOf(
  command: Command,
  commands: readonly CommandEntry[],
  given: {
    readonly configFile: string | undefined;
    readonly environment: Surroundings["environment"];
  },
): Promise<Surroundings> {
  const { configFile, environment } = given;
  const path = configFile ?? environment[CONFIG_FILE_VARIABLE];
  const file = path === undefined || path === "" ? undefined : await readConfigFile(resolve(path));
  const around = { environment, file };
  const own = Object.keys({ ...command.options, ...COMMON_OPTIONS }).map(variableOf);
  // All commands are loaded only where something may be meant for another one.
  if (file !== undefined || strayVariables(environment, own).length > 0) {
    requireKnown(around, await declarations(commands));
  }
  return around;
}

/** The options of every command. Loads them all, which takes a second. */
async function declarations(commands: readonly CommandEntry[]): Promise<Declarations> {
  const all = await Promise.all(
    commands.map(async ({ name, load }) => {
      const { options } = await load();
      return [name, new Set([...Object.keys(options), "config-file"])] as const;
    }),
  );
  return new Map(all);
}
