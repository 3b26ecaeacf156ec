import { setTimeout as sleep } from "node:timers/promises";
import { openLog } from "../cli/open-log.ts";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import { LISTENING_TOPIC, type NewRecord } from "../core/log/event-log.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { say, startedWith } from "./own-process.ts";
import { servedBundle } from "./served-bundle.ts";
import { steadyEvent } from "./steady-listening.ts";
import type { LoadOrder, LoadStart, LoadWord } from "./steady-load.ts";

// A producer of listening events in a process of its own, as `startSteadyLoad` starts it: what it
// does delays nobody who measures.

/** How often what is due is sent. */
const TICK_MS = 2;

const { brokers, bundle, listeners } = startedWith<LoadStart>();
const { withItsTrack } = await servedBundle(bundle, bundle, async () => undefined);
const log = await openLog({ brokers, topicPrefix: "" }, LISTENING_TOPIC);
let made = 0;

process.on("message", async (order: LoadOrder) => {
  if (order.kind === "append") {
    await log.append(next(order.count));
    say<LoadWord>({ kind: "done", rate: 0 });
  } else {
    say<LoadWord>({ kind: "done", rate: await publish(order) });
  }
});
process.once("disconnect", () => void log.close().then(() => process.exit()));
say({ kind: "ready" });

/** One event of each listener in turn. */
function next(count: number): NewRecord[] {
  return Array.from({ length: count }, () => {
    const number = made++;
    const event = withItsTrack(steadyEvent(number % listeners, Math.floor(number / listeners)));
    const value = WireListeningEvent.encode(listeningEventToWire(event)).finish();
    return { key: event.listener, value };
  });
}

/** Appends at a steady rate; returns the events a second that were acknowledged. Records are made
 *  before, since players make them elsewhere. */
async function publish({ rate, seconds }: Extract<LoadOrder, { kind: "publish" }>) {
  const records = next(Math.floor(rate * seconds));
  say<LoadWord>({ kind: "begins" });
  const startedMs = performance.now();
  for (let sent = 0; sent < records.length; ) {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * rate);
    if (due > sent) await log.append(records.slice(sent, due));
    sent = Math.max(sent, due);
    await sleep(TICK_MS);
  }
  return records.length / ((performance.now() - startedMs) / 1000);
}
