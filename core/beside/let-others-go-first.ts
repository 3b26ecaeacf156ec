import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";

const { PRIORITY_BELOW_NORMAL } = constants.priority;
/** What Node calls the threads in which V8 collects and compiles beside those that run code. */
const HELPER = "V8Worker";

/** Lowers the priority of the thread that calls it, for good: Linux gives each thread one of its
 *  own. Elsewhere threads share their process's, which must stay as it is. Beside a thread that is
 *  never idle this one gets a tenth of a core: with the lowest priority of all it would get nothing
 *  for minutes. */
export function letOthersGoFirst(): void {
  if (process.platform !== "linux") return;
  const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  setPriority(thread, PRIORITY_BELOW_NORMAL);
}

/** The same for V8's helpers in this process. Four of them that collect or compile on the core on
 *  which calls are answered leave a fifth of it to that, for a quarter of a second at a time. Where
 *  the code waits for a helper, it leaves its core to it. */
export function letHelpersGoLast(): void {
  if (process.platform !== "linux") return;
  for (const thread of readdirSync("/proc/self/task")) {
    if (nameOf(thread) === HELPER) setPriority(Number(thread), PRIORITY_BELOW_NORMAL);
  }
}

/** Undefined where the thread has ended. */
function nameOf(thread: string): string | undefined {
  try {
    return readFileSync(`/proc/self/task/${thread}/comm`, "latin1").trimEnd();
  } catch {
    return undefined;
  }
}
