import { type Child, healthPortOf } from "../../cli/child-process.ts";

/** Whether a command says over HTTP that it is ready; false once it has gone, too. */
export async function isReady(child: Child): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${healthPortOf(child)}/ready`)).ok;
  } catch {
    return false;
  }
}
