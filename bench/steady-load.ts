import { requireThat } from "./did-not-happen.ts";
import { startOwnProcess } from "./own-process.ts";

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
  | { readonly kind: "begins" }
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

const PROCESS = new URL("./steady-load-process.ts", import.meta.url);

export async function startSteadyLoad(start: LoadStart): Promise<SteadyLoad> {
  const producer = await startOwnProcess<LoadOrder, LoadWord>(PROCESS, start);

  async function rateOfDone(): Promise<number> {
    const word = await producer.hears();
    requireThat(word.kind === "done", "the producer of the load begins anew");
    return word.rate;
  }

  return {
    pid: producer.pid,
    async append(count) {
      producer.order({ kind: "append", count });
      await rateOfDone();
    },
    async publish(wanted) {
      producer.order({ kind: "publish", ...wanted });
      const { kind } = await producer.hears();
      requireThat(kind === "begins", "the producer of the load does not begin");
      return { rate: rateOfDone() };
    },
    close: producer.close,
  };
}
