import { setTimeout as sleep } from "node:timers/promises";
import { type Latencies, newLatencies } from "./latencies.ts";
import type { Stage } from "./stages.ts";

/** What one stage came to. */
export interface StageResult extends Stage {
  /** From when a job was due to its end: a load that cannot be kept up shows as latency. */
  readonly latencies: Latencies;
  /** From when a job was begun, which is what testers measure that begin no later than they can. */
  readonly sentLatencies: Latencies;
  readonly failed: number;
  /** Jobs that ended, a second. */
  readonly reached: number;
  /** Jobs that were not begun, because too many were under way. */
  readonly dropped: number;
}

/** Does one thing, and says whether it went well; a rejection counts as failed, too. */
export type Job = () => Promise<boolean>;

export interface StageParts {
  /** Makes the next job, before it is due: what that takes is not the server's. */
  readonly prepare: () => Job;
  /** A clock that only goes forwards, in milliseconds. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** More than any server bears; one that does not answer at all must not cost our memory. */
const UNDER_WAY_MAX = 20_000;
/** Timers are late by up to a millisecond, so a longer wait begins with one that ends before. */
const TIMER_LATE_MS = 1;

/** Begins jobs when they are due, whatever becomes of those before (an open loop). */
export async function runStage(stage: Stage, parts: StageParts): Promise<StageResult> {
  const { prepare, nowMs, signal, onProgress } = parts;
  const [latencies, sentLatencies] = [newLatencies(), newLatencies()];
  const total = stage.duesMs?.length ?? Math.round(stage.rate * stage.seconds);
  let [failed, dropped, underWay, ended] = [0, 0, 0, 0];
  const startedAtMs = nowMs();
  const begin = async (job: Job, dueAtMs: number): Promise<void> => {
    underWay++;
    const sentAtMs = nowMs();
    const isGood = await job().catch(() => false);
    if (!isGood) failed++;
    const endedAtMs = nowMs();
    latencies.add(endedAtMs - dueAtMs);
    sentLatencies.add(endedAtMs - sentAtMs);
    underWay--;
    ended++;
  };
  for (let number = 0; number < total && !signal.aborted; number++) {
    const dueAtMs = startedAtMs + (stage.duesMs?.[number] ?? (number * 1000) / stage.rate);
    const job = prepare();
    await untilDue(dueAtMs, nowMs, () => underWay === 0);
    if (underWay < UNDER_WAY_MAX) void begin(job, dueAtMs);
    else dropped++;
    onProgress(number + 1);
  }
  while (underWay > 0 && !signal.aborted) await sleep(1);
  const reached = (ended * 1000) / Math.max(1, nowMs() - startedAtMs);
  return { ...stage, latencies, sentLatencies, failed, dropped, reached };
}

/** Nobody ever wakes who waits for it. */
const NEVER = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Looking at the clock until a job is due would take a fifth of a core and leave so much garbage
 *  that answers wait for its collection: this process would measure itself. So the thread sleeps,
 *  exactly to the moment while it waits for no answer, else as exactly as timers do. */
async function untilDue(
  dueAtMs: number,
  nowMs: () => number,
  isIdle: () => boolean,
): Promise<void> {
  for (;;) {
    const waitMs = dueAtMs - nowMs();
    if (waitMs <= 0) return;
    if (waitMs > 2 * TIMER_LATE_MS) await sleep(waitMs - TIMER_LATE_MS);
    else if (isIdle()) Atomics.wait(NEVER, 0, 0, waitMs);
    else await sleep(waitMs);
  }
}
