import { readdirSync, readFileSync } from "node:fs";
import { onLinux } from "./on-linux.ts";

/** Bytes of memory that the process `pid` has to itself and in RAM: files that it maps, such as the
 *  store's, are left out, since the kernel keeps as much of them as it likes. Throws
 *  `dependency_missing` where there is no /proc, as everywhere but on Linux. */
export function memoryBytesOfProcess(pid: number): number {
  const status = onLinux(() => readFileSync(`/proc/${pid}/status`, "latin1"));
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** How many files and connections the process `pid` has open. Throws as above. */
export function descriptorsOfProcess(pid: number): number {
  return onLinux(() => readdirSync(`/proc/${pid}/fd`)).length;
}
