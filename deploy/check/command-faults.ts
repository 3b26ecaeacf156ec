import { splitCommandLine, UsageError } from "../../cli/command.ts";
import { COMMANDS } from "../../cli/command-list.ts";
import { variableOf } from "../../cli/settings.ts";

/** What is wrong with a call of `segue`, as a manifest has it: a command or an option that there is
 *  not. */
export async function commandFaults(args: readonly string[]): Promise<string[]> {
  const [name, ...rest] = args;
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry === undefined) return [`there is no command "${name}"`];
  try {
    splitCommandLine(await entry.load(), rest);
    return [];
  } catch (error) {
    if (error instanceof UsageError) return [error.message];
    throw error;
  }
}

/** Variables `SEGUE_…` that no option of any command has. */
export async function variableFaults(names: readonly string[]): Promise<string[]> {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  const known = new Set(commands.flatMap(({ options }) => Object.keys(options)).map(variableOf));
  return names.filter((name) => name.startsWith("SEGUE_") && !known.has(name));
}
