import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, type Worker, workerData } from "node:worker_threads";
import { greeting } from "./frames.ts";

export interface IdleFlood {
  readonly port: number;
  readonly connections: number;
}

/** So many at once, and then a pause: some thousand a second. */
const AT_ONCE = 50;
const PAUSE_MS = 20;

/** Resolves once the worker has tried to open all of its connections. It holds those that live. */
export function untilOpened(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** A thread of its own, so that a good client beside it is not slowed by the flood's own work. */
if (parentPort !== null) {
  const { port, connections } = workerData as IdleFlood;
  for (let number = 0; number < connections; number++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => socket.destroy());
    // Every other one greets, and then says nothing.
    if (number % 2 === 0) socket.write(greeting());
    if (number % AT_ONCE === 0) await wait(PAUSE_MS);
  }
  parentPort.postMessage("opened");
}
