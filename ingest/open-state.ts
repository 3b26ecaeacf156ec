import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import { settlesWithin } from "../core/log/settles-within.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { type Look, lookApart } from "../core/state/look-apart.ts";
import type { SessionStore } from "../core/state/session-store.ts";

export interface OpenedState {
  /** Closing it ends a look that goes on. */
  readonly store: SessionStore;
  /** What the look at the whole store found wrong; undefined while it goes on, and where all is
   *  sound. The process must end then: the next one sets the store aside. */
  damage(): string | undefined;
}

/** How long a start waits for the look at every entry, which takes 10 to 15 µs for each. */
const LOOK_WAIT_MS = 500;
/** The file that is there while a store is open whose look has not ended. */
const UNCHECKED_FILE = "unchecked";

/** Opens the store in `folder` for ingest. One that is damaged is set aside, as a folder beside it,
 *  and ingest begins with an empty one: it hears the whole log again, and what the log no longer
 *  holds is counted as lost.
 *
 *  A large store is opened before every entry of it was looked at. The look goes on beside ingest;
 *  where a process ends before it does, for whatever reason, the next start waits for it. */
export async function openState(
  folder: string,
  onNotice: LogNoticeListener,
  lookWaitMs = LOOK_WAIT_MS,
): Promise<OpenedState> {
  const look = lookApart(folder);
  const mark = join(folder, UNCHECKED_FILE);
  const atOnce = await look.first;
  // With nothing to wait, not even a look that has just ended is waited for.
  const endsSoon = async () => lookWaitMs > 0 && (await settlesWithin(look.whole, lookWaitMs));
  const isDone = atOnce !== undefined || existsSync(mark) || (await endsSoon());
  try {
    if (!isDone) return openUnchecked(folder, mark, look);
    const damage = atOnce ?? (await look.whole);
    if (damage !== undefined) setAside(folder, damage, onNotice);
    rmSync(mark, { force: true });
    const store = openLmdbStore(folder);
    look.stop();
    return { store, damage: () => undefined };
  } catch (error) {
    look.stop();
    throw error;
  }
}

function openUnchecked(folder: string, mark: string, look: Look): OpenedState {
  writeFileSync(mark, "");
  const store = openLmdbStore(folder);
  let damage: string | undefined;
  let isClosed = false;
  void look.whole.then((found) => {
    if (isClosed) return;
    damage = found;
    look.stop();
    if (found === undefined) rmSync(mark, { force: true });
  });
  const close = () => {
    isClosed = true;
    look.stop();
    return store.close();
  };
  return { store: { ...store, close }, damage: () => damage };
}

function setAside(folder: string, damage: string, onNotice: LogNoticeListener): void {
  const aside = freeName(folder);
  renameSync(folder, aside);
  const message = `the store in ${folder} is damaged and now in ${aside}: ${damage}`;
  onNotice({ level: "error", message: `${message}. It is rebuilt from the log` });
}

function freeName(folder: string): string {
  for (let number = 1; ; number++) {
    const name = `${folder}.damaged-${number}`;
    if (!existsSync(name)) return name;
  }
}
