import { readFileSync } from "node:fs";

/** This version of Segue, as its package says. */
export function segueVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return JSON.parse(text).version;
}
