import { openEnvironmentReader } from "../core/lmdb/environment.ts";
import { walkedEntries } from "../core/state/store-entries.ts";

/** A reader that begins a walk of the store that it is told, says so, and never goes on. */
const entries = walkedEntries(openEnvironmentReader(process.argv[2]!).current()!);
entries.next();
process.send!("holds a snapshot");
setInterval(() => entries, 1_000_000);
