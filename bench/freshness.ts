import type { Child } from "../cli/child-process.ts";
import { grpcAddress } from "../cli/child-process.ts";
import { type Client, connectClient } from "../cli/recommender-client.ts";
import { drawTable } from "../cli/table.ts";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { LogPosition, NextTracksResponse } from "../proto/gen/segue/v1/recommender.ts";
import type { BenchOptions } from "./bench.ts";
import { publishBenchBundle } from "./bench-bundle.ts";
import { requireThat } from "./did-not-happen.ts";
import { type LoadFreshness, measureByLoad } from "./freshness-by-load.ts";
import { STAGES, type Stage } from "./freshness-stages.ts";
import { eveningsOfListening } from "./listening.ts";
import { percentile } from "./measure.ts";
import { type ServedBundle, servedBundle } from "./served-bundle.ts";
import { makeHome, startOn } from "./temporary.ts";

const FULL = { tracks: 60_000, warmUp: 60, events: 300 };
const QUICK = { tracks: 10_000, warmUp: 20, events: 60 };
/** A minute after the last event of a listener the session still goes on, so both models count. */
const ASKED_AFTER_MS = 60_000;
/** An event that was not seen after so long will not be. */
const SEEN_WAIT_MS = 10_000;

/** The time from an event's publication to a reply that has heard it, with ingest, scorer and
 *  caller each in a process of its own: one by one on the embedded log, and under load on Kafka.
 *  Resolves with the text for stdout. */
export async function freshness(options: BenchOptions): Promise<string> {
  const { json, quick, bundle, progress } = options;
  const sizes = quick ? QUICK : FULL;
  const home = makeHome();
  const children: Child[] = [];
  try {
    progress("opens a bundle");
    const served = await servedBundle(bundle, home.bundle, (folder) => {
      return publishBenchBundle(folder, sizes.tracks);
    });
    progress("starts ingest and scorer");
    children.push(await startOn(home, "ingest", "--bundle", served.folder));
    const scorer = await startOn(home, "serve", "--port", "0", "--bundle", served.folder);
    children.push(scorer);
    progress(`publishes ${2 * sizes.events} events one by one`);
    const client = connectClient(grpcAddress(scorer));
    const delays = await measureDelays(client, served, sizes);
    client.close();
    for (const child of children.splice(0)) await child.stop();
    const loads = await measureByLoad(options);
    const figures = { ...figuresOf(delays), by_load: byLoadFigures(loads) };
    return json ? `${JSON.stringify(figures, null, 2)}\n` : tableOf(delays) + tablesByLoad(loads);
  } finally {
    for (const child of children) await child.stop();
    home.remove();
  }
}

/** Milliseconds, one of every event. */
interface Delays {
  /** From sending `Publish` to its answer: the event is durable in the log. */
  readonly published: number[];
  /** From sending `Publish` to the reply to a `NextTracks` that asked for at least this event. */
  readonly heard: number[];
  /** From the answer of `Publish` to the first reply that has heard it, to a caller who only asks
   *  again and again. */
  readonly seen: number[];
}

async function measureDelays(
  client: Client,
  { withItsTrack }: ServedBundle,
  sizes: { readonly tracks: number; readonly warmUp: number; readonly events: number },
): Promise<Delays> {
  const count = 2 * (sizes.warmUp + sizes.events);
  const listening = { tracks: sizes.tracks, listeners: 100, sessionsEach: 1, sessionEvents: 16 };
  const events = eveningsOfListening(listening).slice(0, count).map(withItsTrack);
  requireThat(events.length === count, `there are ${events.length} of ${count} events to publish`);
  const delays: Delays = { published: [], heard: [], seen: [] };
  const warmUp: Delays = { published: [], heard: [], seen: [] };
  for (const [number, event] of events.entries()) {
    const kept = number < 2 * sizes.warmUp ? warmUp : delays;
    const sentMs = performance.now();
    const { position } = await client.publish(listeningEventToWire(event));
    requireThat(position !== undefined, "Publish answered without the event's position");
    const ackedMs = performance.now();
    kept.published.push(ackedMs - sentMs);
    if (number % 2 === 0) {
      await requireHeard(client, event, position);
      kept.heard.push(performance.now() - sentMs);
    } else {
      await untilSeen(client, event, position);
      kept.seen.push(performance.now() - ackedMs);
    }
  }
  return delays;
}

async function requireHeard(
  client: Client,
  event: ListeningEvent,
  atLeast: LogPosition,
): Promise<void> {
  const reply = await client.nextTracks({ ...requestAfter(event), atLeast });
  requireThat(covers(reply, atLeast), "a reply had not heard the event that it was asked to hear");
}

async function untilSeen(
  client: Client,
  event: ListeningEvent,
  position: LogPosition,
): Promise<void> {
  const untilMs = performance.now() + SEEN_WAIT_MS;
  while (!covers(await client.nextTracks(requestAfter(event)), position)) {
    requireThat(
      performance.now() < untilMs,
      `no reply had heard an event after ${SEEN_WAIT_MS} ms`,
    );
  }
}

function requestAfter({ listener, happenedAtMs }: ListeningEvent) {
  return { listener, k: 20, askedAtMs: happenedAtMs + ASKED_AFTER_MS };
}

function covers({ freshness: fresh }: NextTracksResponse, { partition, offset }: LogPosition) {
  const seen = fresh?.seen;
  return seen !== undefined && seen.partition === partition && seen.offset >= offset;
}

function byLoadFigures(loads: readonly LoadFreshness[]) {
  return Object.fromEntries(
    loads.map(({ share, rate, delaysMs, cores, byStage }) => {
      const { p50, p99 } = figures(delaysMs);
      const seen = delaysMs.length;
      const figuresOfLoad = { p50_ms: p50, p99_ms: p99, rate, seen, cores, by_stage: byStage };
      return [String(share), figuresOfLoad];
    }),
  );
}

function tablesByLoad(loads: readonly LoadFreshness[]): string {
  const right = (title: string) => ({ title, right: true });
  const columns = ["events a second", "p50", "p99", ...Object.keys(loads[0]?.cores ?? {})];
  const delays = drawTable(
    [{ title: "acknowledged by Kafka → first reply that has heard it" }, ...columns.map(right)],
    loads.map(({ share, rate, delaysMs, cores }) => {
      const { p50, p99 } = figures(delaysMs);
      const shares = Object.values(cores).map((core) => `${(100 * core).toFixed(0)}%`);
      const row = [rate.toFixed(0), p50.toFixed(2), p99.toFixed(2), ...shares];
      return [`at ${100 * share}% of the peak; shares of a core`, ...row];
    }),
  );
  const stages = drawTable(
    [
      { title: "by stage, p50 / p99" },
      ...loads.map(({ share }) => right(`at ${100 * share}% of the peak`)),
    ],
    Object.entries(STAGES).map(([stage, meaning]) => [
      meaning,
      ...loads.map(({ byStage }) => {
        const { p50, p99 } = byStage[stage as Stage];
        return `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
      }),
    ]),
  );
  return delays + stages;
}

function figuresOf({ published, heard, seen }: Delays) {
  return {
    events: heard.length,
    publish_ms: figures(published),
    sent_to_heard_ms: figures(heard),
    ack_to_seen_ms: figures(seen),
  };
}

function figures(valuesMs: readonly number[]) {
  return { p50: percentile(valuesMs, 0.5), p99: percentile(valuesMs, 0.99) };
}

function tableOf(delays: Delays): string {
  const rows = [
    ["Publish sent → answered: durable in the log", delays.published],
    ["Publish sent → reply to NextTracks with at_least", delays.heard],
    ["Publish answered → first plain reply that has heard it", delays.seen],
  ] as const;
  return drawTable(
    [{ title: "milliseconds" }, { title: "p50", right: true }, { title: "p99", right: true }],
    rows.map(([what, valuesMs]) => {
      const { p50, p99 } = figures(valuesMs);
      return [what, p50.toFixed(2), p99.toFixed(2)];
    }),
  );
}
