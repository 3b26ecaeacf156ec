import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../cli/command-list.ts";
import { documentedKeys, keysTable } from "../../cli/config-keys.ts";

/** Writes the table of all options into `docs/configuration.md`, from the table's first line to the
 *  document's end. */
const PATH = join(import.meta.dirname, "../../docs/configuration.md");
const text = readFileSync(PATH, "utf8");
const start = text.indexOf("| key | variable |");
if (start === -1) throw new Error(`${PATH} has no table of keys`);
writeFileSync(PATH, text.slice(0, start) + keysTable(await documentedKeys(COMMANDS)));
