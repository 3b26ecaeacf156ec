import { type GrowthLimits, mayGrowBy } from "../core/lmdb/growth.ts";
import type { HeldSnapshot } from "../core/lmdb/held-snapshots.ts";

export interface ReaderLimits extends GrowthLimits {
  /** A snapshot that is held no longer is nobody's trouble. */
  readonly heldMaxMs: number;
}

/** Our own readers let go when the file has grown by less: see `check-while-written.ts`. */
export const READER_LIMITS: ReaderLimits = {
  heldMaxMs: 5_000,
  grownShareMax: 0.4,
  grownBytesMax: 64 * 1024 ** 2,
};

/** What is seen of a store's readers at once. */
export interface ReadersLook {
  /** Milliseconds of a clock that only goes forwards. */
  readonly nowMs: number;
  readonly fileBytes: number;
  readonly held: readonly HeldSnapshot[];
}

/** A snapshot that is held for too long. */
export interface OverdueSnapshot extends HeldSnapshot {
  readonly heldMs: number;
  readonly grownBytes: number;
}

/** Says of each look, one after the other, which snapshots are held too long. Age alone does no
 *  harm: a reader is overdue when the file has grown for its sake. */
export function createReaderJudge(
  limits: ReaderLimits = READER_LIMITS,
): (look: ReadersLook) => OverdueSnapshot[] {
  let since = new Map<string, { readonly nowMs: number; readonly fileBytes: number }>();
  return ({ nowMs, fileBytes, held }) => {
    const before = since;
    since = new Map();
    const overdue: OverdueSnapshot[] = [];
    for (const one of held) {
      const name = `${one.process} ${one.thread} ${one.transaction}`;
      const first = before.get(name) ?? { nowMs, fileBytes };
      since.set(name, first);
      const heldMs = nowMs - first.nowMs;
      const grownBytes = fileBytes - first.fileBytes;
      if (heldMs > limits.heldMaxMs && grownBytes > mayGrowBy(limits, first.fileBytes)) {
        overdue.push({ ...one, heldMs, grownBytes });
      }
    }
    return overdue;
  };
}
