import { type Command, type CommandEntry, splitCommandLine, UsageError } from "../command.ts";
import { documentedKeys, keysTable } from "../config-keys.ts";
import { suggestion } from "../nearest-name.ts";
import { type Setting, settingsOf, variableOf } from "../settings.ts";
import { surroundingsOf } from "../surroundings.ts";
import { drawTable } from "../table.ts";

/** What is shown where no command is named. */
const SERVICES = ["ingest", "serve", "dev"];
const MASK = "******";

/** Shows what each of `commands` would be told. */
export function configCommand(commands: readonly CommandEntry[]): Command {
  return {
    usage: "print [--json] [COMMAND [its options]] | keys",
    options: {},
    takesRest: true,
    async run({ words }) {
      const [what, ...rest] = words;
      if (what === "keys") {
        process.stdout.write(keysTable(await documentedKeys(commands)));
        return;
      }
      if (what !== "print") throw new UsageError("say: config print, or config keys");
      const json = rest[0] === "--json";
      const [name, ...args] = json ? rest.slice(1) : rest;
      const rows: Row[] = [];
      for (const entry of chosen(commands, name)) rows.push(...(await rowsOf(entry)));
      process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : tableOf(rows));

      async function rowsOf(entry: CommandEntry): Promise<Row[]> {
        const command = await entry.load();
        const { flags, configFile } = splitCommandLine(command, args);
        const given = { configFile, environment: process.env };
        const around = await surroundingsOf(command, commands, given);
        const settings = settingsOf(entry.name, command.options, flags, around);
        return [...settings].map(([option, setting]) => {
          const isSecret = command.options[option]!.secret === true;
          return rowOf(entry.name, option, isSecret ? masked(setting) : setting);
        });
      }
    },
  };
}

function chosen(commands: readonly CommandEntry[], name: string | undefined): CommandEntry[] {
  if (name === undefined) return commands.filter((entry) => SERVICES.includes(entry.name));
  const found = commands.find((entry) => entry.name === name);
  if (found !== undefined) return [found];
  const near = suggestion(
    name,
    commands.map((entry) => entry.name),
  );
  throw new UsageError(`there is no command "${name}"${near}`);
}

/** One option of one command, as `--json` prints it. */
interface Row {
  readonly command: string;
  readonly key: string;
  /** Null where nothing gives one. */
  readonly value: string | null;
  readonly from: string;
  readonly variable: string;
}

function rowOf(command: string, key: string, { value, from, place }: Setting): Row {
  const where = from === "environment" || from === "file" ? `${from}: ${place}` : from;
  return {
    command,
    key,
    value: value ?? null,
    from: where ?? "not set",
    variable: variableOf(key),
  };
}

function masked(setting: Setting): Setting {
  return setting.value === undefined ? setting : { ...setting, value: MASK };
}

function tableOf(rows: readonly Row[]): string {
  const columns = [{ title: "command" }, { title: "key" }, { title: "value" }, { title: "from" }];
  return drawTable(
    columns,
    rows.map(({ command, key, value, from }) => [command, key, value ?? "", from]),
  );
}
