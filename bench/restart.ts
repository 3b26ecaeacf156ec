import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { grpcAddress } from "../cli/child-process.ts";
import { appendEvents } from "../cli/log-target.ts";
import { openLog } from "../cli/open-log.ts";
import { connectClient } from "../cli/recommender-client.ts";
import { drawTable } from "../cli/table.ts";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { openLmdbReader } from "../core/state/lmdb-reader.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import { startIngest } from "../ingest/consume.ts";
import { newCounts } from "../ingest/counters.ts";
import type { BenchOptions } from "./bench.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { requireThat } from "./did-not-happen.ts";
import { fill, RECENT_EVENTS, scattered } from "./many-listeners.ts";
import { steadyEvent, steadyListener } from "./steady-listening.ts";
import { makeHome, startOn, type TemporaryHome } from "./temporary.ts";

const FULL = { tracks: 60_000, listeners: 1_000_000 };
const QUICK = { tracks: 10_000, listeners: 20_000 };
/** Of whom the store holds a record, in either size. */
const ASKED = 7;
const HEARD_WAIT_MS = 60_000;
const ASKED_AFTER_MS = 60_000;

/** How soon ingest and scorer answer again when both are started at once, over an
 *  embedded log. Resolves with the text for stdout. */
export async function restart(options: BenchOptions): Promise<string> {
  const { json, quick, sizes, progress } = options;
  const { tracks, listeners } = { ...(quick ? QUICK : FULL), ...sizes };
  const home = makeHome();
  const log = await openLog({ folder: home.log }, LISTENING_TOPIC);
  try {
    await publishBenchBundle(home.bundle, tracks);
    progress(`makes a store of ${listeners} listeners`);
    await makeStore(home, log, listeners);
    progress("starts both processes");
    const figures = { quick, listeners, ...(await measureStart(home, log)) };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(figures);
  } finally {
    await log.close();
    home.remove();
  }
}

/** One listener's events are heard by ingest itself; the others have copies of that record. */
async function makeStore(home: TemporaryHome, log: EventLog, listeners: number): Promise<void> {
  const events = Array.from({ length: RECENT_EVENTS }, (_, event) => steadyEvent(0, event));
  await appendEvents(log, events);
  const bundle = await openBundle(home.bundle);
  const runner = await createStepRunner(bundle);
  const store = openLmdbStore(home.state);
  const subscription = await startIngest({
    log,
    deadLetters: log,
    store,
    models: () => ({ bundle, runner }),
    counts: newCounts(),
    onNotice: ({ message }) => requireThat(false, message),
  });
  while (store.read(steadyListener(0))?.steps !== RECENT_EVENTS) await sleep(5);
  await subscription.close();
  await runner.close();
  const record = store.read(steadyListener(0));
  requireThat(record !== undefined, "the store does not hold who was heard");
  await fill(store, { from: 1, to: listeners, record, place: scattered });
  await store.close();
}

async function measureStart(home: TemporaryHome, log: EventLog) {
  const asked = scattered(ASKED);
  await appendEvents(log, [steadyEvent(asked, RECENT_EVENTS)]);
  const startedMs = performance.now();
  const secondsOf = (work: Promise<void>) =>
    work.then(() => (performance.now() - startedMs) / 1000);
  const serving = startOn(home, "serve", "--port", "0");
  const ingesting = startOn(home, "ingest");
  const [firstAnswer, firstHeard] = await Promise.all([
    secondsOf(serving.then((scorer) => answerOf(grpcAddress(scorer), asked))),
    secondsOf(untilStepped(home, asked, RECENT_EVENTS + 1)),
  ]);
  const ingest = await ingesting;
  while (existsSync(join(home.state, "unchecked"))) await sleep(5);
  const wholeLook = (performance.now() - startedMs) / 1000;
  requireThat(ingest.process.exitCode === null, "ingest ended: it found the store damaged");
  for (const child of [await serving, ingest]) await child.stop();
  return { first_answer_s: firstAnswer, first_heard_s: firstHeard, whole_look_s: wholeLook };
}

async function answerOf(address: string, place: number): Promise<void> {
  const { happenedAtMs } = steadyEvent(place, RECENT_EVENTS);
  const client = connectClient(address);
  const listener = steadyListener(place);
  const { tracks } = await client.nextTracks({
    listener,
    k: 20,
    askedAtMs: happenedAtMs + ASKED_AFTER_MS,
  });
  client.close();
  requireThat(tracks.length === 20, `the first answer has ${tracks.length} tracks`);
}

/** Waits until a listener's record has so many steps. */
async function untilStepped(home: TemporaryHome, place: number, steps: number): Promise<void> {
  const reader = openLmdbReader(home.state);
  const untilMs = performance.now() + HEARD_WAIT_MS;
  while (reader.read(steadyListener(place))?.steps !== steps) {
    requireThat(performance.now() < untilMs, `nothing was heard in ${HEARD_WAIT_MS} ms`);
    await sleep(2);
  }
  await reader.close();
}

function tableOf(figures: Awaited<ReturnType<typeof measureStart>> & { listeners: number }) {
  const title = `seconds from the start, ${figures.listeners} listeners`;
  return drawTable(
    [{ title }, { title: "", right: true }],
    [
      ["first list of a listener in the store", figures.first_answer_s.toFixed(2)],
      ["an event that waited in the log is in the store", figures.first_heard_s.toFixed(2)],
      ["every entry of the store was looked at", figures.whole_look_s.toFixed(2)],
    ],
  );
}
