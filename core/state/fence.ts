import { Failure } from "../domain/failure.ts";
import type { AppliedPosition, StoreCommit } from "./session-store.ts";

/** Throws `stale_owner` when a commit was computed on another position than the stored one.
 *  Every store asks this inside its write transaction; it is what makes a late batch of a lost
 *  owner harmless. */
export function requireOwner(stored: AppliedPosition | undefined, commit: StoreCommit): void {
  const { epoch, next } = stored ?? { epoch: 0, next: 0 };
  if (next === commit.expectedNext && epoch <= commit.position.epoch) return;
  const wanted = `offset ${commit.expectedNext} of epoch ${commit.position.epoch}`;
  throw new Failure(
    "stale_owner",
    `partition ${commit.partition} is at offset ${next} of epoch ${epoch}, not at ${wanted}`,
    { field: "expectedNext" },
  );
}
