import { openEnvironmentReader } from "../core/lmdb/environment.ts";
import { checkStore } from "../core/state/check-store.ts";

/** Checks the store in the folder given and prints how it went; a process of its own, since damage
 *  to LMDB's pages can end it. */
const reader = openEnvironmentReader(process.argv[2]!);
const environment = reader.current();
if (environment === undefined) {
  process.stdout.write("none");
} else {
  // Damaged records are mended one by one; entries that are gone without a trace are not.
  process.stdout.write(checkStore(environment).broken === undefined ? "read" : "gone");
}
await reader.close();
