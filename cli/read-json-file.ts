import { readFile } from "node:fs/promises";
import { Failure } from "../core/domain/failure.ts";

/** Reads a JSON object that an option names, such as `--config`. Throws `bad_configuration` with
 *  the option where the file cannot be read, is no JSON or holds no object. */
export async function readJsonFile(file: string, option: string): Promise<object> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new Failure("bad_configuration", `cannot read ${file}`, { field: option, cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Failure("bad_configuration", `${file} must hold an object`, { field: option });
}
