import { COMMON_OPTIONS, type Command, type CommandEntry } from "./command.ts";

/** Every command with its usage and options, as Markdown, in the order of `segue --help`. Options
 *  that all commands have are left out. */
export async function commandReference(commands: readonly CommandEntry[]): Promise<string> {
  const sections: string[] = [];
  for (const entry of commands) sections.push(sectionOf(entry, await entry.load()));
  return sections.join("\n");
}

function sectionOf({ name, summary }: CommandEntry, { usage, options }: Command): string {
  const rows = Object.entries(options)
    .filter(([key]) => !(key in COMMON_OPTIONS))
    .map(([key, { type, help, required, default: fallback }]) => {
      const value = type === "flag" ? "" : type === "number" ? " N" : " TEXT";
      const standard = required ? "required" : fallback === undefined ? "" : `${fallback}`;
      const shown = standard === "" || required ? standard : `\`${standard}\``;
      return `| \`--${key}${value}\` | ${shown} | ${help.replaceAll("|", "\\|")} |`;
    });
  const table = ["| option | default | what it says |", "|---|---|---|", ...rows].join("\n");
  const told = rows.length === 0 ? "It takes no options.\n" : `${table}\n`;
  return `## ${name}\n\n${summary}.\n\n\`\`\`\nsegue ${name} ${usage}\n\`\`\`\n\n${told}`;
}
