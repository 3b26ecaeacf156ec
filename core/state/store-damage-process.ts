import { damageOf } from "./store-damage.ts";

/** The process that `damageApart` starts: looks at the store that it is told and says what it
 *  found. */
const damage = await damageOf(process.argv[2]!);
process.send!({ damage: damage ?? null });
process.disconnect();
