import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { requireThat } from "./did-not-happen.ts";
import { endsWithUs } from "./temporary.ts";

/** What the producer is started with. */
export interface LoadStart {
  readonly brokers: readonly string[];
  /** The folder of the bundle whose tracks are played. */
  readonly bundle: string;
  /** Events are of so many, one of each in turn. */
  readonly listeners: number;
}

export type LoadOrder =
  | { readonly kind: "append"; readonly count: number }
  | { readonly kind: "publish"; readonly rate: number; readonly seconds: number };

export type LoadWord =
  | { readonly kind: "ready" | "begins" }
  | { readonly kind: "done"; readonly rate: number };

/** A producer of steady listening in a process of its own. */
export interface SteadyLoad {
  readonly pid: number;
  /** Appends the next `count` events as fast as the broker takes them. */
  append(count: number): Promise<void>;
  /** Resolves when the first of so many events a second is about to be sent. */
  publish(wanted: { readonly rate: number; readonly seconds: number }): Promise<Publishing>;
  close(): Promise<void>;
}

export interface Publishing {
  /** Resolves after the last acknowledgement with the events a second. */
  readonly rate: Promise<number>;
}

const PROCESS = fileURLToPath(new URL("./steady-load-process.ts", import.meta.url));

export async function startSteadyLoad(start: LoadStart): Promise<SteadyLoad> {
  const child = fork(PROCESS, [JSON.stringify(start)]);
  endsWithUs(child);
  const ended = once(child, "exit").then(() => undefined);

  async function hears(kind: LoadWord["kind"]): Promise<LoadWord> {
    const word = await Promise.race([once(child, "message"), ended]);
    requireThat(word !== undefined && word[0].kind === kind, "the producer of the load has ended");
    return word[0];
  }

  async function rateOf(done: Promise<LoadWord>): Promise<number> {
    const word = await done;
    return word.kind === "done" ? word.rate : 0;
  }

  await hears("ready");
  return {
    pid: child.pid!,
    async append(count) {
      child.send({ kind: "append", count } satisfies LoadOrder);
      await hears("done");
    },
    async publish(wanted) {
      child.send({ kind: "publish", ...wanted } satisfies LoadOrder);
      await hears("begins");
      return { rate: rateOf(hears("done")) };
    },
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
