import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../core/domain/failure.ts";
import type { ListenerId } from "../../core/domain/ids.ts";
import type { LogPosition } from "../../core/log/event-log.ts";
import type { ServingStatus, WatchResponse } from "../../proto/gen/segue/v1/console.ts";
import { CONSOLE_LIMITS } from "../limits.ts";
import { type IngestLook, type IngestSources, lookAtIngest } from "./ingest-status.ts";

export interface WatchSources {
  readonly ingest: () => IngestSources;
  readonly serving: () => ServingStatus;
  /** Milliseconds of a clock that only goes forwards. */
  readonly monotonicMs: () => number;
}

/** Streams of `Watch`: how things are, once a second, and at once whenever `listener` was heard.
 *  Throws `bad_request` where too many watch. */
export function createWatch(
  sources: WatchSources,
): (listener: ListenerId | undefined, signal: AbortSignal) => AsyncIterable<WatchResponse> {
  let watchers = 0;
  return async function* watch(listener, signal) {
    if (watchers >= CONSOLE_LIMITS.watchersMax) {
      throw new Failure("bad_request", `${watchers} streams are open, the most there may be`);
    }
    watchers += 1;
    try {
      yield* follow(sources, listener, signal);
    } finally {
      watchers -= 1;
    }
  };
}

async function* follow(
  { ingest, serving, monotonicMs }: WatchSources,
  listener: ListenerId | undefined,
  signal: AbortSignal,
): AsyncGenerator<WatchResponse> {
  let look: IngestLook | undefined;
  let heard = heardOf(ingest(), listener);
  let dueMs = monotonicMs();
  while (!signal.aborted) {
    const before = heard;
    heard = heardOf(ingest(), listener);
    const isDue = monotonicMs() >= dueMs;
    if (isDue) {
      dueMs = monotonicMs() + CONSOLE_LIMITS.watchEveryMs;
      look = await lookAtIngest(ingest(), look);
    }
    const news = { atMs: ingest().now(), heard };
    if (isDue) yield { ...news, ingest: look?.status, serving: serving() };
    else if (!samePosition(before, heard)) yield { ...news, ingest: undefined, serving: undefined };
    await pause(
      listener === undefined ? dueMs - monotonicMs() : CONSOLE_LIMITS.followEveryMs,
      signal,
    );
  }
}

/** A record that cannot be read is told by the calls that need it. */
function heardOf({ state }: IngestSources, listener: ListenerId | undefined) {
  if (listener === undefined) return undefined;
  try {
    const record = state.read(listener);
    return record && { partition: record.partition, offset: record.heardOffset };
  } catch (error) {
    if (error instanceof Failure && error.code === "bad_record") return undefined;
    throw error;
  }
}

function samePosition(one: LogPosition | undefined, other: LogPosition | undefined): boolean {
  return one?.partition === other?.partition && one?.offset === other?.offset;
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(1, durationMs), undefined, { signal }).catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
}
