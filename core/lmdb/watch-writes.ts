import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

/** Tells when the environment in a folder may have been written, whichever process writes it. */
export interface WriteWatch {
  /** Resolves at the next write after this call, or after `waitMs`; where the system cannot tell of
   *  writes, after `blindMs`. */
  next(wait: { readonly waitMs: number; readonly blindMs: number }): Promise<void>;
  close(): void;
}

/** A watch ends after so long, so that it never stays at a file that was set aside, and so that a
 *  process in which nobody waits is woken by nothing. */
const WATCH_MS = 1_000;

export function watchWrites(folder: string): WriteWatch {
  const waiting = new Set<() => void>();
  let watcher: FSWatcher | undefined;
  let ends: NodeJS.Timeout | undefined;

  function wakeAll(): void {
    for (const wake of waiting) wake();
  }

  function stop(): void {
    clearTimeout(ends);
    watcher?.close();
    watcher = undefined;
  }

  /** Whether writes are told of. */
  function isWatching(): boolean {
    if (watcher !== undefined) return true;
    try {
      watcher = watch(join(folder, "data.mdb"), { persistent: false }, wakeAll);
    } catch {
      // No file as yet, a system without such events, or no more of them left.
      return false;
    }
    watcher.once("error", stop);
    ends = setTimeout(stop, WATCH_MS).unref();
    return true;
  }

  return {
    next({ waitMs, blindMs }) {
      const forMs = isWatching() ? waitMs : blindMs;
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, forMs);
        waiting.add(wake);
      });
    },
    close() {
      stop();
      wakeAll();
    },
  };
}
