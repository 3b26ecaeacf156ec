import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";

/** Lowers the priority of the thread that calls it, for good: Linux gives each thread one of its
 *  own. Elsewhere threads share their process's, which must stay as it is. Beside a thread that is
 *  never idle this one gets a tenth of a core: with the lowest priority of all it would get nothing
 *  for minutes. */
export function letOthersGoFirst(): void {
  if (process.platform !== "linux") return;
  const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
}
