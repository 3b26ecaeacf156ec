import { openEnvironmentReader } from "../core/lmdb/environment.ts";
import { checkWhileWritten } from "../core/state/check-while-written.ts";

/** Checks the store in the folder given and prints how it went; a process of its own, since damage
 *  to LMDB's pages can end it. */
const folder = process.argv[2]!;
const reader = openEnvironmentReader(folder);
const environment = reader.current();
if (environment === undefined) {
  process.stdout.write("none");
} else {
  // Damaged records are mended one by one; entries that are gone without a trace are not.
  const { broken } = await checkWhileWritten(folder, environment);
  process.stdout.write(broken === undefined ? "read" : "gone");
}
await reader.close();
