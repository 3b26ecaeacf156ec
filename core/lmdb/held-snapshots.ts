import type { Environment } from "./environment.ts";

/** What a reader in any process of this machine sees of an environment. No page that it can see is
 *  used again before it lets go, so that the file grows instead. */
export interface HeldSnapshot {
  readonly process: number;
  /** In hexadecimal. */
  readonly thread: string;
  /** The last transaction that the reader sees. */
  readonly transaction: number;
}

/** The snapshots that are held now. Readers whose process has ended are struck off first: what a
 *  killed one held, it would hold for ever. */
export function heldSnapshots(
  environment: Pick<Environment, "readerCheck" | "readerList">,
): HeldSnapshot[] {
  environment.readerCheck();
  // A line for each reader: process, thread and transaction, which is "-" where none is held.
  const lines = environment.readerList().matchAll(/^\s*(\d+) ([0-9a-f]+) (\d+)$/gm);
  return Array.from(lines, ([, process, thread, transaction]) => ({
    process: Number(process),
    thread: thread!,
    transaction: Number(transaction),
  }));
}
