import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where research data lies beside the repository when nothing else is said. */
const BESIDE = fileURLToPath(new URL("../../../shared/data", import.meta.url));

/** The files of a research data set, from the folder that SEGUE_DATA names. Undefined, after
 *  saying so on stderr, where they are absent: their licence keeps them out of the repository. */
export function listeningData(name: string, files: readonly string[]): string[] | undefined {
  const folder = resolve(process.env.SEGUE_DATA ?? BESIDE);
  const paths = files.map((file) => join(folder, name, file));
  if (paths.every((path) => existsSync(path))) return paths;
  process.stderr.write(`NOT TESTED on ${name}: set SEGUE_DATA to a folder that holds it\n`);
  return undefined;
}
