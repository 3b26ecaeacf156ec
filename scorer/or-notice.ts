import { Failure } from "../core/domain/failure.ts";
import type { Scorer } from "./scorer.ts";

/** What `read` finds in the store. A damaged record or a store that cannot be read counts as
 *  unknown and is noticed: the reply then comes from a lower rung. */
export function orNotice<T>(
  scorer: Pick<Scorer, "notice">,
  read: () => T | undefined,
): T | undefined {
  try {
    return read();
  } catch (error) {
    scorer.notice(
      error instanceof Failure
        ? error
        : new Failure("store_unavailable", "the session store cannot be read", { cause: error }),
    );
    return undefined;
  }
}
