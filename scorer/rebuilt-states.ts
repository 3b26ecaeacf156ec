import type { StepRunner } from "../core/bundle/step-runner.ts";
import { bundleMark } from "../core/domain/hash.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import { advance, type Models } from "../core/state/advance.ts";
import { draftOf } from "../core/state/draft.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";

/** Listeners whose records another bundle's models stepped, under this bundle. Stepping one anew
 *  from its recent events costs several lists, so what came of it is kept: until ingest has met the
 *  listener, its next lists need it again. */
export interface RebuiltStates {
  /** A stored record of another bundle as it is under this one. Fails where the models do. */
  of(listener: ListenerId, stored: StoredRecord): Promise<StoredRecord>;
  /** Steps all of these at once, which costs a fraction of one by one, and keeps them. `runner`
   *  does it where it is given. */
  prepare(stored: ReadonlyMap<ListenerId, StoredRecord>, runner?: StepRunner): Promise<void>;
}

/** A state has less than a kilobyte with two models of 100 units. */
const STATES_MAX = 10_000;

export function createRebuiltStates(models: Models, statesMax = STATES_MAX): RebuiltStates {
  const bundle = bundleMark(models.bundle.manifest.id);
  /** By listener, the oldest first. */
  const kept = new Map<ListenerId, Kept>();

  async function prepare(
    stored: ReadonlyMap<ListenerId, StoredRecord>,
    runner = models.runner,
  ): Promise<void> {
    const drafts = new Map(
      Array.from(stored, ([listener, record]) => {
        // A draft is only advanced where its history is not the stored one.
        return [listener, { ...draftOf(record), history: { ...record } }] as const;
      }),
    );
    const { records } = await advance(drafts, { ...models, runner });
    for (const [listener, { partition, epoch, heardOffset, sessionSteps, hidden }] of records) {
      kept.delete(listener);
      if (kept.size >= statesMax) kept.delete(kept.keys().next().value!);
      kept.set(listener, { partition, epoch, heardOffset, sessionSteps, hidden });
    }
  }

  return {
    prepare,
    async of(listener, stored) {
      if (!isOf(kept.get(listener), stored)) await prepare(new Map([[listener, stored]]));
      const { hidden } = kept.get(listener)!;
      return { ...stored, bundle, hidden };
    },
  };
}

type Kept = Pick<StoredRecord, "partition" | "epoch" | "heardOffset" | "sessionSteps" | "hidden">;

/** Whether nothing was heard since, and the listener was not evicted. */
function isOf(kept: Kept | undefined, stored: StoredRecord): boolean {
  return (
    kept !== undefined &&
    kept.partition === stored.partition &&
    kept.epoch === stored.epoch &&
    kept.heardOffset === stored.heardOffset &&
    kept.sessionSteps === stored.sessionSteps
  );
}
