import { existsSync, renameSync } from "node:fs";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import { damageApart } from "../core/state/damage-apart.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import type { SessionStore } from "../core/state/session-store.ts";

/** Opens the store in `folder` for ingest. One that is damaged is set aside, as a folder beside it,
 *  and ingest begins with an empty one: it hears the whole log again, and what the log no longer
 *  holds is counted as lost. A look at every entry takes some 4 µs for each. */
export async function openState(
  folder: string,
  onNotice: LogNoticeListener,
): Promise<SessionStore> {
  const damage = await damageApart(folder);
  if (damage !== undefined) {
    const aside = freeName(folder);
    renameSync(folder, aside);
    const message = `the store in ${folder} is damaged and now in ${aside}: ${damage}`;
    onNotice({ level: "error", message: `${message}. It is rebuilt from the log` });
  }
  return openLmdbStore(folder);
}

function freeName(folder: string): string {
  for (let number = 1; ; number++) {
    const name = `${folder}.damaged-${number}`;
    if (!existsSync(name)) return name;
  }
}
