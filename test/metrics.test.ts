import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Client } from "../cli/recommender-client.ts";
import { ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { Seeds } from "../proto/gen/segue/v1/recommender.ts";
import type { Delivery } from "./support/listening-records.ts";
import { listeningWorld } from "./support/listening-world.ts";
import { hasPrometheus, promtool, startPrometheus } from "./support/prometheus.ts";
import { startScraped } from "./support/scraped-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SIZES = { events: 3_000, listeners: 50, tracks: 100, seed: 44 };
const LISTENERS_ASKED = 10;

const folder = temporaryFolder();
const world: readonly Delivery[] = [
  ...listeningWorld(SIZES),
  // A field that its producer invented: were it a label, an id would be in the metrics.
  {
    key: "mallory",
    value: Buffer.from('{"listener-7": {"track-1": 1}}'),
    headers: { "content-type": "application/json" },
  },
];
const started = await startScraped(folder, { world, tracks: SIZES.tracks });
for (let number = 0; number < LISTENERS_ASKED; number++) {
  await started.client.nextTracks({ listener: `listener-${number}`, k: 5 });
}
await assert.rejects(started.client.nextTracks({ listener: "", k: 5 }));
after(() => started.stop());

test("what ingest and scorer did is in their metrics, to the event and the list", async () => {
  const { ingest, serve } = await started.scrapes();
  assert.equal(sumOf(ingest, "segue_events_total"), world.length);
  const lettered = seriesValue(ingest, 'segue_events_total{outcome="dead_lettered"}');
  assert.equal(sumOf(ingest, "segue_dead_letters_total"), lettered);
  assert.ok(seriesValue(ingest, 'segue_dead_letters_total{reason="other"}') === 1);
  assert.equal(seriesValue(ingest, "segue_event_visible_seconds_count"), world.length);
  assert.equal(seriesValue(ingest, "segue_batch_records_sum"), world.length);
  assert.ok(seriesValue(ingest, "segue_store_bytes") > 0);
  assert.equal(seriesValue(ingest, "segue_ready"), 1);
  assert.equal(sumOf(serve, "segue_recommendations_total"), LISTENERS_ASKED);
  const calls = 'segue_requests_total{method="NextTracks",code="OK"}';
  assert.equal(seriesValue(serve, calls), LISTENERS_ASKED);
  const refused = 'segue_requests_total{method="NextTracks",code="INVALID_ARGUMENT"}';
  assert.equal(seriesValue(serve, refused), 1);
  const durations = 'segue_request_duration_seconds_count{method="NextTracks"}';
  assert.equal(seriesValue(serve, durations), LISTENERS_ASKED + 1);
  assert.equal(seriesValue(serve, "segue_requests_under_way"), 0);
  assert.equal(seriesValue(serve, 'segue_state_stale_seconds{partition="0"}'), 0);
});

test("promtool finds nothing to say about the names of metrics", async (t) => {
  if (!hasPrometheus()) return t.skip("Prometheus is not installed");
  for (const text of Object.values(await started.scrapes())) {
    assert.deepEqual(promtool(["check", "metrics"], text), { ok: true, output: "" });
  }
});

test("a real Prometheus scrapes both processes and answers from what they say", async (t) => {
  if (!hasPrometheus()) return t.skip("Prometheus is not installed");
  const { healthPorts: ports } = started;
  const targets = { ingest: `127.0.0.1:${ports.ingest}`, serve: `127.0.0.1:${ports.serve}` };
  const prometheus = await startPrometheus(join(folder, "prometheus"), targets);
  try {
    await prometheus.until("sum(up)", (values) => values.get("{}") === 2);
    const events = await prometheus.query("sum(segue_events_total)");
    assert.equal(events.get("{}"), world.length);
    const lists = await prometheus.query("sum(segue_recommendations_total)");
    assert.equal(lists.get("{}"), LISTENERS_ASKED);
    const visible = "histogram_quantile(0.99, sum by (le) (segue_event_visible_seconds_bucket))";
    assert.ok([...(await prometheus.query(visible)).values()][0]! > 0);
  } finally {
    await prometheus.stop();
  }
});

test("neither metrics nor logs hold an id of a listener, a track or an event", async () => {
  await askBadly(started.client);
  const { ingest, serve } = await started.scrapes();
  await started.stop();
  const lines = started.lines();
  assert.ok(lines.some((line) => JSON.parse(line).message === "heard"));
  const written = [ingest, serve, ...lines].join("\n");
  const ids = written.match(/\b(listener-\d+|track-\d+|event-\d+|mallory)\b/g) ?? [];
  assert.deepEqual(ids, []);
});

/** Calls that are refused for an id in them. */
async function askBadly(client: Client): Promise<void> {
  const listener = "listener-1";
  const event = ListeningEvent.fromPartial({ eventId: "event-1", listener, track: "track-1" });
  await assert.rejects(client.publish(event), /happened_at_ms/);
  const seeds = Seeds.fromPartial({ tracks: [{ id: "track-999999" }] });
  await assert.rejects(client.nextTracks({ listener, k: 5, seeds }), /seeds/);
  const filter = 'track.id == "track-1" &&';
  await assert.rejects(client.nextTracks({ listener, k: 5, filter }), /filter/);
  await assert.rejects(client.similarTracks("track-999999", 5), /track/);
}

function seriesValue(text: string, series: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  assert.ok(line, `there is a ${series}`);
  return Number(line.slice(series.length));
}

/** The values of all series of one name. */
function sumOf(text: string, name: string): number {
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}
