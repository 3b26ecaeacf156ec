import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { requireThat } from "./did-not-happen.ts";
import { endsWithUs } from "./temporary.ts";

/** What the process is started with. */
export interface StagedStart {
  readonly brokers: readonly string[];
  /** Folders. */
  readonly bundle: string;
  readonly state: string;
}

/** When a batch passed the doors of ingest, by `sharedMs`. */
export interface Passage {
  readonly partition: number;
  /** Its first offset, and the one after its last. */
  readonly from: number;
  readonly next: number;
  readonly beganMs: number;
  /** Its courses were handed to the models. */
  readonly heardMs: number;
  readonly steppedMs: number;
  readonly committedMs: number;
}

export type StagedWord =
  | { readonly kind: "ready" }
  | { readonly kind: "passed"; readonly passages: readonly Passage[] };

/** Ingest in a process of its own that notes when each batch passes its doors. */
export interface StagedIngest {
  readonly pid: number;
  /** All since the last call. */
  passages(): Promise<readonly Passage[]>;
  close(): Promise<void>;
}

const PROCESS = fileURLToPath(new URL("./staged-ingest-process.ts", import.meta.url));

export async function startStagedIngest(start: StagedStart): Promise<StagedIngest> {
  const child = fork(PROCESS, [JSON.stringify(start)]);
  endsWithUs(child);
  const ended = once(child, "exit").then(() => undefined);

  async function hears(): Promise<StagedWord> {
    const word = await Promise.race([once(child, "message"), ended]);
    requireThat(word !== undefined, "the staged ingest has ended");
    return word[0];
  }

  await hears();
  return {
    pid: child.pid!,
    async passages() {
      child.send("passages");
      const word = await hears();
      return word.kind === "passed" ? word.passages : [];
    },
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
