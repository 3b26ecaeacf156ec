import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Failure } from "../domain/failure.ts";
import { fromFailureMessage } from "../domain/failure-message.ts";
import type { WorkerReply, WorkerRequest, WorkerStart } from "./worker-messages.ts";

/** A thread that runs the graphs of one bundle at a time. */
export interface StepThread {
  /** Hands over `memory` with the request. Fails as what was asked for does, and with a bug where
   *  the thread has ended. */
  ask(request: WorkerRequest, memory?: readonly Float32Array[]): Promise<readonly Float32Array[]>;
  hasEnded(): boolean;
  /** Lets what is under way finish. */
  end(): Promise<void>;
}

/** Calls that may be under way or waiting in one worker. Callers wait for their answers, so more
 *  than this means that one does not. */
const CALLS_MAX = 1024;

/** With `goesLast` the thread works when no other one wants to. */
export function startStepThread(goesLast: boolean): StepThread {
  const start: WorkerStart = { goesLast };
  const worker = new Worker(new URL("./step-worker.ts", import.meta.url), { workerData: start });
  const calls = new Map<number, Call>();
  let ended: Failure | undefined;
  let lastId = 0;
  worker.on("message", (reply: WorkerReply) => settle(calls, reply));
  const end = (cause?: unknown) => {
    ended ??= new Failure("bug", "the step worker has ended", { cause });
    for (const call of calls.values()) call.reject(ended);
    calls.clear();
  };
  worker.on("error", end);
  worker.on("exit", () => end());
  return {
    ask(request, memory = []) {
      return new Promise((resolve, reject) => {
        if (ended !== undefined) throw ended;
        if (calls.size >= CALLS_MAX) {
          throw new Failure("bug", `more than ${CALLS_MAX} calls wait for one worker`);
        }
        const id = ++lastId;
        calls.set(id, { resolve, reject });
        const transfer = memory.map(({ buffer }) => buffer as ArrayBuffer);
        worker.postMessage({ id, request }, transfer);
      });
    },
    hasEnded: () => ended !== undefined,
    async end() {
      if (ended !== undefined) return;
      const exit = once(worker, "exit");
      worker.postMessage({ id: ++lastId, request: { kind: "end" } satisfies WorkerRequest });
      await exit;
    },
  };
}

interface Call {
  readonly resolve: (outputs: readonly Float32Array[]) => void;
  readonly reject: (failure: Failure) => void;
}

function settle(calls: Map<number, Call>, reply: WorkerReply): void {
  const call = calls.get(reply.id);
  calls.delete(reply.id);
  if (reply.kind === "failed") call?.reject(fromFailureMessage(reply.failure));
  else call?.resolve(reply.outputs);
}
