import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../lmdb/environment.ts";
import { type GrowthLimits, mayGrowBy } from "../lmdb/growth.ts";
import { checkStore, type StoreCheck } from "./check-store.ts";

export interface WalkLimits extends GrowthLimits {
  /** Pauses before a walk that was given up begins anew: the first, and the longest. */
  readonly pauseFirstMs: number;
  readonly pauseMaxMs: number;
}

const WALK_LIMITS: WalkLimits = {
  grownShareMax: 0.25,
  grownBytesMax: 32 * 1024 ** 2,
  pauseFirstMs: 1_000,
  pauseMaxMs: 60_000,
};

/** Checks the store in `folder`, which ingest may write meanwhile. A walk sees one moment, and no
 *  page of it is used again before its end; so where the file grows for its sake, it is given up
 *  and begins anew, when less may be written. */
export async function checkWhileWritten(
  folder: string,
  environment: Environment,
  limits = WALK_LIMITS,
): Promise<StoreCheck> {
  const file = join(folder, "data.mdb");
  const { pauseFirstMs, pauseMaxMs } = limits;
  for (let pauseMs = pauseFirstMs; ; pauseMs = Math.min(2 * pauseMs, pauseMaxMs)) {
    const { size } = statSync(file);
    const sizeMax = size + mayGrowBy(limits, size);
    const check = checkStore(environment, () => statSync(file).size > sizeMax);
    if (check !== undefined) return check;
    await sleep(pauseMs);
  }
}
