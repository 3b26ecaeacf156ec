import { COMMON_OPTIONS, type CommandEntry, type OptionSpec } from "./command.ts";
import { variableOf } from "./settings.ts";

/** A row of `docs/configuration.md`: an option, for all commands that mean the same by it. */
export interface DocumentedKey {
  readonly key: string;
  readonly spec: OptionSpec;
  readonly commands: readonly string[];
}

/** Every option of every command, in order of names. */
export async function documentedKeys(
  commands: readonly CommandEntry[],
): Promise<readonly DocumentedKey[]> {
  const keys = new Map<string, { key: string; spec: OptionSpec; commands: string[] }>();
  const { "config-file": configFile } = COMMON_OPTIONS;
  keys.set("", { key: "config-file", spec: configFile!, commands: ["all"] });
  for (const { name, load } of commands) {
    for (const [key, spec] of Object.entries((await load()).options)) {
      const meaning = JSON.stringify([key, spec]);
      const known = keys.get(meaning);
      if (known === undefined) keys.set(meaning, { key, spec, commands: [name] });
      else known.commands.push(name);
    }
  }
  return [...keys.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
}

/** The rows as a table of Markdown. */
export function keysTable(keys: readonly DocumentedKey[]): string {
  const rows = keys.map(({ key, spec, commands }) => {
    const { type, help, default: fallback, required } = spec;
    const standard = required ? "required" : fallback === undefined ? "" : code(String(fallback));
    const cells = [code(key), code(variableOf(key)), type, standard, commands.join(", "), help];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  const head = "| key | variable | type | default | commands | what it says |";
  return `${[head, "|---|---|---|---|---|---|", ...rows].join("\n")}\n`;
}

function code(text: string): string {
  return text === "" ? "(empty)" : `\`${text}\``;
}
