import { setTimeout as sleep } from "node:timers/promises";
import { partitionOf } from "../core/log/partition-of.ts";
import { FOLLOW_LIMITS } from "./limits.ts";
import { orNotice } from "./or-notice.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import type { Scorer } from "./scorer.ts";

export interface Following {
  /** The scorer of now: another one after a new bundle. */
  readonly scorer: () => Scorer;
  readonly query: NextTracksQuery;
  /** The least time from one list to the next. */
  readonly intervalMs: number;
  readonly makeList: (query: NextTracksQuery) => Promise<Recommendation>;
  /** Resolves when the follower has room for another list. */
  readonly send: (list: Recommendation) => Promise<void>;
  /** Raised when the follower has gone. */
  readonly signal: AbortSignal;
}

/** Sends a listener's list, and another one whenever an event or a new bundle changes it, until
 *  `signal` is raised, whose reason it throws then. Events that come within `intervalMs`, or while
 *  the follower has no room, make one list together. */
export async function followListener(following: Following): Promise<never> {
  const { scorer, query, intervalMs, makeList, send, signal } = following;
  let sent: Recommendation | undefined;
  for (;;) {
    signal.throwIfAborted();
    // What is heard while the list is made counts as news, so that none is missed.
    let view = viewOf(scorer(), query, undefined);
    const list = await makeList({ ...query, signal });
    if (sent === undefined || isAnother(list, sent)) {
      await send(list);
      sent = list;
    }
    await sleep(intervalMs, undefined, { signal });
    const seen = view;
    while (view.scorer === seen.scorer && view.heard === seen.heard) {
      await sleep(FOLLOW_LIMITS.pollMs, undefined, { signal });
      view = viewOf(scorer(), query, view);
    }
  }
}

/** What a list was made from. */
interface View {
  readonly scorer: Scorer;
  /** The offset to read next of the listener's partition. */
  readonly next: number | undefined;
  /** The last event of the listener that was heard. */
  readonly heard: string | undefined;
}

/** The record is only read where the partition went on since `before`. */
function viewOf(scorer: Scorer, { listener }: NextTracksQuery, before: View | undefined): View {
  const partition = partitionOf(listener, scorer.partitions);
  const position = orNotice(scorer, () => scorer.state.position(partition));
  const next = position?.next;
  if (before !== undefined && before.next === next) return { ...before, scorer };
  const record = orNotice(scorer, () => scorer.state.read(listener));
  const heard = record && [record.partition, record.epoch, record.heardOffset].join(" ");
  return { scorer, next, heard };
}

function isAnother(one: Recommendation, other: Recommendation): boolean {
  if (one.tracks.length !== other.tracks.length) return true;
  return one.tracks.some(({ track }, at) => track !== other.tracks[at]!.track);
}
