import { once } from "node:events";
import type { Child } from "./child-process.ts";
import { afterEnd, NO_ENDS } from "./restart-pause.ts";
import { pause, stopped } from "./stop-signal.ts";

export interface Keeping {
  /** Raised to stop the child for good. */
  readonly signal: AbortSignal;
  /** Told what people should know, a sentence each. */
  readonly say: (message: string) => void;
  /** Told when a child has ended by itself, and when another one is ready. */
  readonly onChange?: (isRunning: boolean) => void;
}

/** Starts a child again whenever it ends, after a pause that grows while it ends soon; stops it
 *  when `signal` is raised. Throws where it ends again and again. */
export async function keepRunning(
  first: Child,
  start: () => Promise<Child>,
  { signal, say, onChange }: Keeping,
): Promise<void> {
  const { name } = first;
  let child: Child | undefined = first;
  let ends = NO_ENDS;
  for (;;) {
    const startedMs = performance.now();
    if (child !== undefined) await endedOrStopped(child, signal);
    if (signal.aborted) return child?.stop();
    if (child !== undefined) onChange?.(false);
    const next = afterEnd(ends, performance.now() - startedMs);
    ends = next.ends;
    if (next.pauseMs === undefined) throw new Error(`segue ${name} ended ${ends.inARow} times`);
    const { signalCode, exitCode } = child?.process ?? {};
    const how = child === undefined ? "" : ` with ${signalCode ?? exitCode}`;
    say(`segue ${name} ended${how}; it starts again in ${next.pauseMs} ms`);
    await pause(next.pauseMs, signal);
    if (signal.aborted) return;
    child = await startedOrEnded(start, say);
    if (child !== undefined) onChange?.(true);
  }
}

/** Undefined where the child ended before it was ready; that is one more end. */
async function startedOrEnded(
  start: () => Promise<Child>,
  say: Keeping["say"],
): Promise<Child | undefined> {
  try {
    return await start();
  } catch (failure) {
    say((failure as Error).message);
    return undefined;
  }
}

function endedOrStopped({ process: child }: Child, signal: AbortSignal): Promise<unknown> {
  const ended = child.exitCode !== null || child.signalCode !== null;
  return ended ? Promise.resolve() : Promise.race([once(child, "exit"), stopped(signal)]);
}
