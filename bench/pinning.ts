import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

/** Keeps the process `pid`, all its threads, to one core, or to all from the first up to the second
 *  of two. False where the machine has one core only, or no `taskset`. */
export function pinTo(cores: number | readonly [from: number, to: number], pid: number): boolean {
  if (cpus().length < 2) return false;
  const list = typeof cores === "number" ? String(cores) : cores.join("-");
  try {
    execFileSync("taskset", ["-a", "-c", "-p", list, String(pid)], { stdio: "ignore" });
    return true;
  } catch (error) {
    process.stderr.write(`bench: not pinned to a core: ${(error as Error).message}\n`);
    return false;
  }
}
