import { createInUse, type InUse } from "../core/bundle/in-use.ts";
import { hurryAt } from "./hurry.ts";
import { ADMISSION_LIMITS, SERVER_LIMITS } from "./limits.ts";
import type { Hurry } from "./recommendation.ts";

/** Decides for each call, as it comes, whether it is begun, and when its work is. */
export interface Admission extends InUse {
  /** Resolves when it is this call's turn: until then it waits, and is no work. */
  turn(): Promise<void>;
  /** How much a list has to go without, for a call that begins now. `leftMs` is what its caller
   *  waits for. */
  hurry(leftMs: number): Hurry;
  /** How long a call has to wait before it is worth another try, in milliseconds; undefined where
   *  the call may begin. `leftMs` is what its caller waits for. */
  refusal(leftMs: number): number | undefined;
}

export interface AdmissionClock {
  /** How long the event loop has worked since the process began, in milliseconds. */
  readonly busyMs: () => number;
  /** Calls back when the event loop has done all that waits for it now. */
  readonly afterTurn: (done: () => void) => void;
}

/** A queue that is bounded by time. A call that comes waits for those that wait already, each of
 *  which takes as long as a call took of late. The longer it has to wait, the more its list goes
 *  without; one that would have to wait for too long, or past its deadline, is refused at once.
 *  What is refused costs little, so the rest is answered.
 *
 *  Whatever has come is read first. Then some calls have their turn, as a wave: they go from one
 *  `await` to the next side by side, so that what one of them brings into the processor's caches,
 *  code or data, serves all. */
export function createAdmission(clock: AdmissionClock = EVENT_LOOP): Admission {
  const calls = createInUse();
  let callMs = ADMISSION_LIMITS.callMsAtFirst;
  const waiting: (() => void)[] = [];
  let ended = 0;
  let busyMs = clock.busyMs();

  function measure(): void {
    if (++ended % ADMISSION_LIMITS.measuredCalls !== 0) return;
    const now = clock.busyMs();
    const late = (now - busyMs) / ADMISSION_LIMITS.measuredCalls;
    busyMs = now;
    // A bundle that is opened beside the calls makes them look dear: what falls is believed sooner
    // than what rises.
    const step = Math.min(late - callMs, ADMISSION_LIMITS.riseMax * callMs);
    callMs += step < 0 ? ADMISSION_LIMITS.fallWeight * step : step;
  }

  function nextWave(): void {
    const calls = Math.max(1, Math.round(ADMISSION_LIMITS.waveMs / callMs));
    for (const begin of waiting.splice(0, calls)) begin();
    if (waiting.length > 0) clock.afterTurn(nextWave);
  }

  /** How long a call that comes now has to wait, and how long it may, in milliseconds. */
  function waitOf(leftMs: number): { waitMs: number; boundMs: number; isFewEnough: boolean } {
    return {
      waitMs: waiting.length * callMs,
      boundMs: Math.min(ADMISSION_LIMITS.waitMsMax, leftMs - callMs),
      isFewEnough: waiting.length < ADMISSION_LIMITS.alwaysBegun,
    };
  }

  return {
    get underWay() {
      return calls.underWay;
    },
    ended: () => calls.ended(),
    turn() {
      if (waiting.length === 0) clock.afterTurn(nextWave);
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    begin() {
      const end = calls.begin();
      return () => {
        measure();
        end();
      };
    },
    hurry(leftMs) {
      const { waitMs, boundMs, isFewEnough } = waitOf(leftMs);
      return isFewEnough ? 0 : hurryAt(waitMs / boundMs);
    },
    refusal(leftMs) {
      const { waitMs, boundMs, isFewEnough } = waitOf(leftMs);
      const isFull = calls.underWay >= SERVER_LIMITS.callsUnderWayMax;
      if (!isFull && (isFewEnough || waitMs <= boundMs)) return undefined;
      return Math.ceil(Math.max(ADMISSION_LIMITS.pushbackMsMin, 2 * waitMs));
    },
  };
}

const EVENT_LOOP: AdmissionClock = {
  busyMs: () => performance.eventLoopUtilization().active,
  afterTurn: setImmediate,
};
