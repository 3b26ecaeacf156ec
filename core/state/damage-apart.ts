import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROCESS = fileURLToPath(new URL("store-damage-process.ts", import.meta.url));

/** `damageOf` in a process of its own: LMDB answers some damage with an abort or SIGBUS, which then
 *  ends that process alone and counts as damage. */
export async function damageApart(folder: string): Promise<string | undefined> {
  const child = fork(PROCESS, [folder], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  let found: { readonly damage: string | null } | undefined;
  child.once("message", (message: { readonly damage: string | null }) => {
    found = message;
  });
  const [code, signal] = await once(child, "exit");
  if (found !== undefined) return found.damage ?? undefined;
  return `reading it ended a process with ${signal ?? code}`;
}
