import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

/** Keeps the process `pid`, all its threads, to one core. False where the machine has one core
 *  only, or no `taskset`. */
export function pinTo(core: number, pid: number): boolean {
  if (cpus().length < 2) return false;
  try {
    execFileSync("taskset", ["-a", "-c", "-p", String(core), String(pid)], { stdio: "ignore" });
    return true;
  } catch (error) {
    process.stderr.write(`bench: not pinned to a core: ${(error as Error).message}\n`);
    return false;
  }
}
