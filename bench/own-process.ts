import { fork } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../core/domain/failure.ts";
import { requireThat } from "./did-not-happen.ts";
import { endsWithUs } from "./temporary.ts";

/** A process that a benchmark starts so that what it does delays nobody who measures. It says that
 *  it is ready, and then one word for each order or more; it ends when it is let go. */
export interface OwnProcess<Order, Word> {
  readonly pid: number;
  order(order: Order): void;
  /** The next word. Throws where the process has ended. */
  hears(): Promise<Word>;
  close(): Promise<void>;
}

export type Ready = { readonly kind: "ready" };

/** Resolves once the process that runs `module`, with Node's options `execArgv`, is ready. */
export async function startOwnProcess<Order extends object, Word>(
  module: URL,
  start: object,
  execArgv: readonly string[] = [],
): Promise<OwnProcess<Order, Word>> {
  const child = fork(fileURLToPath(module), [JSON.stringify(start)], { execArgv: [...execArgv] });
  endsWithUs(child);
  const ended = once(child, "exit").then(() => undefined);

  async function hears(): Promise<Word> {
    const word = await Promise.race([once(child, "message"), ended]);
    requireThat(word !== undefined, `${basename(module.pathname)} has ended`);
    return word[0];
  }

  await hears();
  return {
    pid: child.pid!,
    order: (order) => void child.send(order),
    hears,
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** What this process was started with. */
export function startedWith<Start>(): Start {
  return JSON.parse(process.argv[2] ?? "");
}

/** A word to whoever started this process. */
export function say<Word extends object>(word: Word | Ready): void {
  assert(process.send !== undefined, "this process is started by a benchmark");
  process.send(word);
}
