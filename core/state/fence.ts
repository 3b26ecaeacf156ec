import { Failure } from "../domain/failure.ts";
import type { AppliedPosition, StoreCommit } from "./session-store.ts";

/** Throws `stale_owner` when a commit was computed on another position than the stored one.
 *  Every store asks this inside its write transaction; it is what makes a late batch of a lost
 *  owner harmless. */
export function requireOwner(stored: AppliedPosition | undefined, commit: StoreCommit): void {
  const { epoch, next } = stored ?? { epoch: 0, next: 0 };
  const { expectedNext, expectedEpoch, position } = commit;
  const isEpoch = expectedEpoch === undefined ? epoch <= position.epoch : epoch === expectedEpoch;
  if (next === expectedNext && isEpoch) return;
  const wanted = `offset ${expectedNext} of epoch ${expectedEpoch ?? position.epoch}`;
  throw new Failure(
    "stale_owner",
    `partition ${commit.partition} is at offset ${next} of epoch ${epoch}, not at ${wanted}`,
    { field: "expectedNext" },
  );
}
