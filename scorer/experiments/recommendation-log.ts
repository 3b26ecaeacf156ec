import type { EventLog, NewRecord } from "../../core/log/event-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { settlesWithin } from "../../core/log/settles-within.ts";
import type { NextTracksQuery, Recommendation } from "../recommendation.ts";
import { listenerHash, placeOfHash } from "./listener-hash.ts";
import { type LoggedList, loggedList } from "./logged-list.ts";
import { encodeLoggedList } from "./logged-list-wire.ts";

/** Keeps what was recommended. No reply waits for it, and none fails by it. */
export interface RecommendationLog {
  /** Takes a list that was made for `query`, if its listener is among those that are logged. */
  take(made: Recommendation, query: NextTracksQuery): void;
  /** Writes what waits, for at most `closeMs`, and takes no more. */
  close(): Promise<void>;
}

export interface RecommendationLogParts {
  readonly log: Pick<EventLog, "append">;
  /** The share of listeners whose lists are logged, all of theirs or none; 0 to 1. */
  readonly share: number;
  /** Of the listeners' hashes. */
  readonly salt: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly onLogged: (lists: number) => void;
  readonly onNotLogged: (reason: NotLoggedReason, lists: number) => void;
  readonly onNotice: LogNoticeListener;
}

/** Why a list is not in the log: more waited than may, the log took none in all of its retries, or
 *  the scorer ended first. */
export const NOT_LOGGED_REASONS = ["queue_full", "log_unavailable", "stopped"] as const;
export type NotLoggedReason = (typeof NOT_LOGGED_REASONS)[number];

export const RECOMMENDATION_LOG_LIMITS = {
  /** Lists and tracks that may wait to be written. */
  waitingListsMax: 10_000,
  waitingTracksMax: 200_000,
  /** Encoding so many takes a millisecond or two, in which nothing else is answered. */
  batchListsMax: 50,
  /** A list waits so long for others to be written with. */
  waitMs: 100,
  /** How long closing waits for the log. */
  closeMs: 5_000,
} as const;

const LIMITS = RECOMMENDATION_LOG_LIMITS;

export function openRecommendationLog(parts: RecommendationLogParts): RecommendationLog {
  const { share, salt, now, onNotLogged } = parts;
  const write = batchWriter(parts);
  let waiting: LoggedList[] = [];
  let waitingTracks = 0;
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function take(made: Recommendation, query: NextTracksQuery): void {
    const listener = listenerHash(query.listener, salt);
    if (placeOfHash(listener) >= share) return;
    const isFull =
      waiting.length >= LIMITS.waitingListsMax ||
      waitingTracks + made.tracks.length > LIMITS.waitingTracksMax;
    if (isClosed || isFull) {
      onNotLogged(isClosed ? "stopped" : "queue_full", 1);
      return;
    }
    waiting.push(loggedList(made, query, { listener, madeAtMs: now() }));
    waitingTracks += made.tracks.length;
    timer ??= setTimeout(begin, LIMITS.waitMs);
    if (waiting.length >= LIMITS.batchListsMax) begin();
  }

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, LIMITS.batchListsMax);
      for (const { tracks } of batch) waitingTracks -= tracks.length;
      await write(batch);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    if (waiting.length > 0) begin();
    if (writing !== undefined) await settlesWithin(writing, LIMITS.closeMs);
    if (waiting.length > 0) onNotLogged("stopped", waiting.length);
    waiting = [];
  }

  return { take, close };
}

/** Writes a batch, or counts it as not logged; a log that fails is noticed once until it takes one
 *  again. */
function batchWriter({ log, onLogged, onNotLogged, onNotice }: RecommendationLogParts) {
  let isFailing = false;
  return async (batch: readonly LoggedList[]): Promise<void> => {
    try {
      await log.append(batch.map(recordOf));
      onLogged(batch.length);
      isFailing = false;
    } catch (cause) {
      onNotLogged("log_unavailable", batch.length);
      if (!isFailing) onNotice({ level: "error", message: "lists cannot be logged", cause });
      isFailing = true;
    }
  };
}

function recordOf(list: LoggedList): NewRecord {
  return { key: list.listener, value: encodeLoggedList(list), timestampMs: list.madeAtMs };
}
