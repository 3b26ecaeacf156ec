import { readdirSync, readFileSync } from "node:fs";
import { Failure } from "../core/domain/failure.ts";

/** Linux counts in ticks of this length, whatever the kernel's own clock is. */
const TICK_US = 10_000;

/** CPU time that the process `pid` has taken, all threads, in microseconds, exact to 10 ms.
 *  Throws `dependency_missing` where there is no /proc, as everywhere but on Linux. */
export function cpuUsOfProcess(pid: number): number {
  const fields = statOf(pid).split(" ");
  // proc(5): utime and stime are fields 14 and 15; the split begins at field 3.
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** The same of a process and of those that it started, as they run now. */
export function cpuUsOfFamily(pid: number): number {
  const started = readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const pids = readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1");
    return pids
      .split(" ")
      .filter((text) => text !== "")
      .map(Number);
  });
  return started.reduce((sum, child) => sum + cpuUsOfFamily(child), cpuUsOfProcess(pid));
}

/** The fields after the process's name, which may hold anything. */
function statOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2);
  } catch (cause) {
    const message = "the CPU time of another process is read from /proc, which only Linux has";
    throw new Failure("dependency_missing", message, { cause });
  }
}
