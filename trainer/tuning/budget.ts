/** The time that a search may take, over all of its runs. */
export interface Budget {
  readonly seconds: number;
  /** Aborted once the time is over, the caller's own signal is, or work has failed. */
  readonly signal: AbortSignal;
  /** Throws once `signal` is aborted or shall be. It asks the clock itself, for work that lets no
   *  timer through. */
  readonly stopCheck: () => void;
  spentSeconds(): number;
  /** Whether `error` is what work throws because the time is over, which is no failure. */
  isTimeOver(error: unknown): boolean;
  /** Ends all work for a failure of some. */
  fail(reason: unknown): void;
  close(): void;
}

export interface BudgetPlan {
  readonly seconds: number;
  /** Of earlier runs. */
  readonly spentBeforeSeconds: number;
  /** When this run began, on the clock of `nowMs`. */
  readonly startedMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal | undefined;
}

export function openBudget(plan: BudgetPlan): Budget {
  const { seconds, signal, nowMs } = plan;
  const ended = new AbortController();
  const spentSeconds = () => plan.spentBeforeSeconds + (nowMs() - plan.startedMs) / 1000;
  const over = new Error("the time of the search is over");
  const all = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
  const end = () => ended.abort(over);
  const leftMs = (seconds - spentSeconds()) * 1000;
  const timer = setTimeout(end, Math.max(0, leftMs));
  if (leftMs <= 0) end();
  return {
    seconds,
    signal: all,
    stopCheck: () => {
      if (spentSeconds() >= seconds) end();
      all.throwIfAborted();
    },
    spentSeconds,
    isTimeOver: (error) => error === over,
    fail: (reason) => ended.abort(reason),
    close: () => clearTimeout(timer),
  };
}
