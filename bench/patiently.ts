import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";

const TRIES_MAX = 20;
const PUSHBACK_MS = 50;

/** Asks again where a scorer that is busy tells its caller to come later, as a good caller does; up
 *  to 20 times in all. */
export async function patiently<Reply>(ask: () => Promise<Reply>): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const isBusy = (error as { code?: unknown }).code === status.RESOURCE_EXHAUSTED;
      if (!isBusy || tries === TRIES_MAX) throw error;
      await sleep(PUSHBACK_MS);
    }
  }
}
