import { startOwnProcess } from "./own-process.ts";

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

export interface StagedOrder {
  readonly kind: "passages";
}

/** Ingest in a process of its own that notes when each batch passes its doors. */
export interface StagedIngest {
  readonly pid: number;
  /** All since the last call. */
  passages(): Promise<readonly Passage[]>;
  close(): Promise<void>;
}

const PROCESS = new URL("./staged-ingest-process.ts", import.meta.url);

export async function startStagedIngest(start: StagedStart): Promise<StagedIngest> {
  const ingest = await startOwnProcess<StagedOrder, readonly Passage[]>(PROCESS, start);
  return {
    pid: ingest.pid,
    passages() {
      ingest.order({ kind: "passages" });
      return ingest.hears();
    },
    close: ingest.close,
  };
}
