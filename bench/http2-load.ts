import { type ClientHttp2Session, connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { type CallOptions, callOn, framed } from "../cli/load/http2-calls.ts";
import { requireThat } from "./did-not-happen.ts";

/** gRPC calls over bare HTTP/2, so that what is measured is the server and not a client library:
 *  each connection is one session, each message is sent as it was encoded. */
export interface Http2Load {
  /** Keeps one call under way on each connection, for `seconds`. */
  closedLoop(seconds: number): Promise<LoadResult>;
  /** Begins `rate` calls a second, evenly, for `seconds`, whether or not others have ended.
   *  Latencies are from when a call was to begin. */
  openLoop(rate: number, seconds: number): Promise<LoadResult>;
  close(): void;
}

export interface LoadResult {
  readonly seconds: number;
  /** Of calls that ended well. */
  readonly latenciesMs: readonly number[];
  readonly errors: number;
  /** How many of them the server refused because it could not answer in time. */
  readonly shed: number;
}

export interface LoadOptions extends CallOptions {
  readonly port: number;
  /** Encoded messages, sent in turn. */
  readonly messages: readonly Uint8Array[];
  readonly connections: number;
}

/** Calls that may be under way in an open loop before the rest counts as errors: far more than any
 *  server here answers in a second. */
const UNDER_WAY_MAX = 5_000;
const TICK_MS = 1;

export function openHttp2Load(options: LoadOptions): Http2Load {
  const { port, messages, connections } = options;
  const sessions = Array.from({ length: connections }, () => connect(`http://127.0.0.1:${port}`));
  const frames = messages.map(framed);
  let asked = 0;
  const asking = (tally: Tally) => {
    const call = { ...options, refused: tally.refused };
    return async (sinceMs: number, session = sessions[asked % connections]!) => {
      tally.add(await callOn(session, call, frames[asked++ % frames.length]!), sinceMs);
    };
  };

  async function closedLoop(seconds: number): Promise<LoadResult> {
    const tally = newTally();
    const ask = asking(tally);
    const endsMs = tally.startedMs + seconds * 1000;
    const lane = async (session: ClientHttp2Session): Promise<void> => {
      for (let sentMs = tally.startedMs; sentMs < endsMs; sentMs = performance.now()) {
        await ask(sentMs, session);
      }
    };
    await Promise.all(sessions.map(lane));
    return tally.result();
  }

  async function openLoop(rate: number, seconds: number): Promise<LoadResult> {
    const tally = newTally();
    const ask = asking(tally);
    const underWay = new Set<Promise<void>>();
    const count = Math.floor(rate * seconds);
    for (let begun = 0; begun < count; ) {
      const dueMs = tally.startedMs + (begun * 1000) / rate;
      if (performance.now() < dueMs) {
        await sleep(TICK_MS);
        continue;
      }
      begun++;
      if (underWay.size >= UNDER_WAY_MAX) {
        tally.add(false, dueMs);
        continue;
      }
      const ended = ask(dueMs).then(() => void underWay.delete(ended));
      underWay.add(ended);
    }
    await Promise.all(underWay);
    return tally.result();
  }

  return {
    closedLoop,
    openLoop,
    close() {
      for (const session of sessions) session.close();
    },
  };
}

type Tally = ReturnType<typeof newTally>;

/** What comes of the calls of one loop. */
function newTally() {
  const startedMs = performance.now();
  const latenciesMs: number[] = [];
  let errors = 0;
  let shed = 0;
  return {
    startedMs,
    refused(code: number): void {
      if (code === status.RESOURCE_EXHAUSTED) shed++;
    },
    add(isGood: boolean, sinceMs: number): void {
      if (isGood) latenciesMs.push(performance.now() - sinceMs);
      else errors++;
    },
    result(): LoadResult {
      const seconds = (performance.now() - startedMs) / 1000;
      return { seconds, latenciesMs, errors, shed };
    },
  };
}

/** Throws `DidNotHappen` where calls failed that should not. */
export function requireNoErrors({ errors, latenciesMs }: LoadResult): void {
  const calls = errors + latenciesMs.length;
  requireThat(errors === 0, `${errors} of ${calls} calls failed`);
}
