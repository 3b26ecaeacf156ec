import { Worker } from "node:worker_threads";
import { Failure } from "../domain/failure.ts";
import { type FailureMessage, fromFailureMessage } from "../domain/failure-message.ts";

/** What a thread beside is told to do. */
export interface BesideStart {
  readonly module: string;
  readonly name: string;
  readonly argument: unknown;
}

/** A function of one argument that gives data alone. */
export interface BesideWork {
  /** The module that exports it, and its name there. */
  readonly module: URL;
  readonly name: string;
}

/** What it says at its end. */
export type BesideReply =
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly failure: FailureMessage };

/** Does long work in a thread of its own, which lets others go first, and hands over what came of
 *  it: the memory of its arrays comes here uncopied. Fails as the work does, and with `signal`'s
 *  reason once that is raised. */
export async function runBeside<Argument, Result>(
  { module, name }: BesideWork,
  argument: Argument,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  const start: BesideStart = { module: module.href, name, argument };
  const thread = new Worker(new URL("./beside-thread.ts", import.meta.url), { workerData: start });
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  thread.on("message", (reply: BesideReply) => {
    if (reply.kind === "done") resolve(reply.result as Result);
    else reject(fromFailureMessage(reply.failure));
  });
  const end = (cause?: unknown) =>
    reject(new Failure("bug", `the thread of ${name} has ended`, { cause }));
  thread.on("error", end);
  thread.on("exit", () => end());
  const leave = () => {
    reject(signal?.reason);
    thread.postMessage("leave");
  };
  signal?.addEventListener("abort", leave, { once: true });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}
