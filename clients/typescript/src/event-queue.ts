import { ClientFailure } from "./client-failure.ts";
import type { EventOptions } from "./options.ts";
import { type WaitingEvents, waitingEvents } from "./waiting-events.ts";

export interface EventQueueOptions<Event> {
  readonly limits: Required<Pick<EventOptions, "batchMax" | "waitMs" | "queueMax">>;
  /** Resolves when all are durable; rejects with a `ClientFailure`. */
  readonly send: (events: readonly Event[]) => Promise<void>;
  readonly onRefused: (event: Event, failure: ClientFailure) => void;
  readonly onDelayed: (failure: ClientFailure) => void;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Events on their way, in order. */
export interface EventQueue<Event> {
  /** Throws `queue_full`, or `closed`. */
  add(event: Event): void;
  /** True once all that were added before are durable or refused; false after `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Gives the events a last `timeoutMs`; those that are not known to be durable come back. */
  close(timeoutMs: number): Promise<readonly Event[]>;
}

const BACKOFF_FIRST_MS = 50;
const BACKOFF_MAX_MS = 5_000;

/** Events that are sent in batches, each again until it is durable: at least once, so whoever takes
 *  them must know them by their ids. A batch begins when it is full, or when its first event has
 *  waited for `waitMs`. */
export function createEventQueue<Event>(options: EventQueueOptions<Event>): EventQueue<Event> {
  const { batchMax, waitMs, queueMax } = options.limits;
  const waiting = waitingEvents<Event>();
  const end = new AbortController();
  let isClosed = false;
  let isSending = false;
  let timer: NodeJS.Timeout | undefined;

  function begin(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isSending) return;
    isSending = true;
    void sendAll(waiting, options, end.signal).finally(() => {
      isSending = false;
    });
  }

  function flush(timeoutMs: number): Promise<boolean> {
    if (waiting.count > 0) begin();
    return waiting.emptied(timeoutMs);
  }

  return {
    add(event) {
      if (isClosed) throw new ClientFailure("closed", "the client is closed");
      if (waiting.count >= queueMax) {
        throw new ClientFailure("queue_full", `${queueMax} events wait already`);
      }
      waiting.add(event);
      if (waiting.count >= batchMax) begin();
      else timer ??= setTimeout(begin, waitMs);
    },
    flush,
    async close(timeoutMs) {
      isClosed = true;
      await flush(timeoutMs);
      end.abort();
      clearTimeout(timer);
      return waiting.oldest(queueMax);
    },
  };
}

/** One batch after the other, which keeps the order, until none waits or `ended` says so. Where a
 *  batch is refused, its events go one by one, and those at fault are dropped. */
async function sendAll<Event>(
  waiting: WaitingEvents<Event>,
  options: EventQueueOptions<Event>,
  ended: AbortSignal,
): Promise<void> {
  const { limits, send, onRefused, onDelayed, random } = options;
  let alone = 0;
  let failed = 0;
  while (waiting.count > 0 && !ended.aborted) {
    const batch = waiting.oldest(alone > 0 ? 1 : limits.batchMax);
    const failure = await send(batch).then(() => undefined, asFailure);
    const isRefused = failure?.code === "bad_request";
    if (failure !== undefined && !isRefused) {
      onDelayed(failure);
      await pause(backoffMs(++failed, failure, random), ended);
    } else if (isRefused && batch.length > 1) {
      alone = batch.length;
    } else {
      failed = 0;
      alone = Math.max(0, alone - batch.length);
      waiting.leave(batch.length);
      if (isRefused) onRefused(batch[0]!, failure);
    }
  }
}

function asFailure(cause: unknown): ClientFailure {
  if (cause instanceof ClientFailure) return cause;
  return new ClientFailure("server_failed", "the events could not be sent", { cause });
}

/** As long as the server asks, or a time that grows, up to a bound, and is drawn by chance, so that
 *  clients that failed together do not come back together. */
function backoffMs(failed: number, failure: ClientFailure, random: () => number): number {
  if (failure.pushbackMs !== undefined) return Math.min(failure.pushbackMs, BACKOFF_MAX_MS);
  const most = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (failed - 1));
  return most * (0.5 + random() / 2);
}

/** Ends sooner where nothing is to be sent any more, so that nobody's process waits for it. */
function pause(waitMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      ended.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    ended.addEventListener("abort", done);
    if (ended.aborted) done();
  });
}
