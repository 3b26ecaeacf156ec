import { openEnvironmentReader } from "../lmdb/environment.ts";
import { damageReadBy } from "./store-damage.ts";

/** What `lookApart`'s process says, in this order. */
export type LookMessage = { readonly firstLook: "sound" } | { readonly damage: string | null };

// LMDB destroys its locks where the last user of an environment closes it, also while another
// process opens it, which can never lock then (ITS#10095). So this one never closes the store: it
// is killed once whoever asked has opened it, or kills itself where nobody asks any more.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));

/** Looks at the store that it is told and says what it found. */
const folder = process.argv[2]!;
const reader = openEnvironmentReader(folder);
const damage = await damageReadBy(reader, folder, () => say({ firstLook: "sound" }));
await say({ damage: damage ?? null });

function say(message: LookMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send!(message, undefined, undefined, () => resolve());
  });
}
