import { setFlagsFromString } from "node:v8";

/** Keeps V8 from making new objects old at birth. After a few large batches it takes what a batch
 *  makes for long-lived, and puts it where only a whole collection frees it, though a small batch
 *  is garbage within milliseconds; without that an event costs a fifth less CPU. For a process that
 *  does nothing but ingest, before the code that hears events is hot. */
export function keepObjectsYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}
