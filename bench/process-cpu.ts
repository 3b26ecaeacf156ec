import { readdirSync, readFileSync } from "node:fs";
import { onLinux } from "./on-linux.ts";

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
  return startedBy(pid).reduce((sum, child) => sum + cpuUsOfFamily(child), cpuUsOfProcess(pid));
}

function startedBy(pid: number): number[] {
  const pids = onLinux(() =>
    readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1"),
    ),
  );
  return pids.join("").split(" ").filter(Boolean).map(Number);
}

/** The fields after the process's name, which may hold anything. */
function statOf(pid: number): string {
  const stat = onLinux(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  return stat.slice(stat.lastIndexOf(")") + 2);
}
