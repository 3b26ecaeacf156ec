import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild } from "../cli/child-process.ts";
import { type Home, homeAt } from "../cli/home.ts";

/** What a benchmark makes ends with it, even where a signal or an error ends it first. */

export interface TemporaryHome extends Home {
  remove(): void;
}

export function makeHome(): TemporaryHome {
  const folder = mkdtempSync(join(tmpdir(), "segue-bench-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return { ...homeAt(folder), remove };
}

/** Starts `segue NAME` on `home`. */
export async function startOn(home: Home, name: string, ...args: string[]): Promise<Child> {
  const child = await startChild(name, ["--home", home.folder, ...args]);
  endsWithUs(child.process);
  return child;
}

export function endsWithUs(child: ChildProcess): void {
  process.once("exit", () => child.kill("SIGKILL"));
}
