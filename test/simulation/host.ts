/** Where a process waits for something outside of it: its models, the dead-letter topic, its
 *  turn to write, and the disk. Between two steps anything may happen. */
export type StepKind = "model" | "letters" | "write" | "flush";

export interface WaitingStep {
  readonly kind: StepKind;
  go(): void;
  fail(error: Error): void;
}

/** A simulated process. It runs between two of its steps and nowhere else. */
export interface Host {
  readonly name: string;
  readonly waiting: WaitingStep[];
  isAlive(): boolean;
  /** Set between SIGSTOP and SIGCONT: none of its steps goes on. */
  stopped: boolean;
  /** Resolves when the simulation lets the step go on; rejects where it fails, and at once in a
   *  process that was killed. */
  step(kind: StepKind): Promise<void>;
  /** SIGKILL: whatever it waits for never comes. */
  kill(): void;
}

export function createHost(name: string): Host {
  let alive = true;
  const waiting: WaitingStep[] = [];
  return {
    name,
    waiting,
    isAlive: () => alive,
    stopped: false,
    step(kind) {
      if (!alive) return Promise.reject(new SimulatedFault("killed"));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const step: WaitingStep = {
        kind,
        go() {
          waiting.splice(waiting.indexOf(step), 1);
          resolve();
        },
        fail(error) {
          waiting.splice(waiting.indexOf(step), 1);
          reject(error);
        },
      };
      waiting.push(step);
      return promise;
    },
    kill() {
      alive = false;
      for (const step of [...waiting]) step.fail(new SimulatedFault("killed"));
    },
  };
}

/** An outage that the simulation made; any other error is the product's own. */
export class SimulatedFault extends Error {
  override readonly name = "SimulatedFault";
}
