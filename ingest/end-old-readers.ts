import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openEnvironmentReader } from "../core/lmdb/environment.ts";
import { heldSnapshots } from "../core/lmdb/held-snapshots.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import { createReaderJudge, type OverdueSnapshot, type ReaderLimits } from "./judge-readers.ts";

/** Keeps readers of a store from making its file grow without bound. */
export interface ReaderWatch {
  /** Looks at all readers; `nowMs` is of a clock that only goes forwards. */
  look(nowMs: number): void;
  close(): Promise<void>;
}

/** Ends, by SIGKILL, processes of this machine that hold an old snapshot of the store in `folder`
 *  while its file grows: one that is stopped or stuck lets go in no other way, and who keeps it
 *  running starts it again. A process that cannot be told for a reader of this store, as one of
 *  another container, is only reported, once. */
export function watchReaders(
  folder: string,
  onNotice: LogNoticeListener,
  limits?: ReaderLimits,
): ReaderWatch {
  const reader = openEnvironmentReader(folder);
  const judge = createReaderJudge(limits);
  const file = join(folder, "data.mdb");
  /** A process that was killed is there for a moment still. */
  const told = new Set<number>();

  function end(overdue: OverdueSnapshot): void {
    const { process: pid, heldMs, grownBytes } = overdue;
    if (told.has(pid)) return;
    told.add(pid);
    const isKnown = hasOpen(pid, file);
    if (isKnown) process.kill(pid, "SIGKILL");
    const held = `process ${pid} held the store back for ${Math.round(heldMs)} ms`;
    const what = isKnown ? "was ended" : "must be ended: it cannot be told for a reader from here";
    const message = `${held}, while its file grew by ${grownBytes} bytes, and ${what}`;
    onNotice({ level: "error", message });
  }

  return {
    look(nowMs) {
      const environment = reader.current();
      if (environment === undefined) return;
      // What this process reads is over within a turn of its event loop.
      const others = heldSnapshots(environment).filter((one) => one.process !== process.pid);
      const fileBytes = statSync(file).size;
      for (const overdue of judge({ nowMs, fileBytes, held: others })) end(overdue);
    },
    close: reader.close,
  };
}

/** Whether a process has a file open, as far as this one can see: process numbers of another
 *  container mean other processes here. */
function hasOpen(pid: number, file: string): boolean {
  const { dev, ino } = statSync(file);
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => {
      const open = statSync(join(folder, name), { throwIfNoEntry: false });
      return open?.dev === dev && open.ino === ino;
    });
  } catch (error) {
    // There is no such process, or it is somebody else's.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
