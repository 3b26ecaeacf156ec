import { damageOf } from "./store-damage.ts";

/** What `lookApart`'s process says, in this order. */
export type LookMessage = { readonly firstLook: "sound" } | { readonly damage: string | null };

/** Looks at the store that it is told and says what it found. Whoever asked may be gone by then. */
const damage = await damageOf(process.argv[2]!, () => say({ firstLook: "sound" }));
await say({ damage: damage ?? null });
if (process.connected) process.disconnect();

function say(message: LookMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send!(message, undefined, undefined, () => resolve());
  });
}
