import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LABEL_NAMES, METRICS, type MetricSource, type MetricSpec } from "./metric-list.ts";
import { createMetrics, setTotal } from "./metrics.ts";

const DOCUMENT = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
/** `| `name` | type | labels | from | … |` */
const ROW = /^\| `(segue_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|/gm;

test("docs/metrics.md lists every metric with its type, its labels and its processes", () => {
  const documented = [...DOCUMENT.matchAll(ROW)].map(([, name, type, labels, from]) => [
    name,
    { type, labels: words(labels!), from: words(from!) },
  ]);
  const declared = Object.entries<MetricSpec>(METRICS).map(([name, { type, labels, from }]) => [
    name,
    { type, labels: [...(labels ?? [])], from: [...from] },
  ]);
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(declared));
});

test("each process registers exactly what the list gives it, beside the runtime's own", () => {
  for (const source of ["ingest", "serve"] as MetricSource[]) {
    const ours = createMetrics(source).names();
    const listed = Object.entries<MetricSpec>(METRICS)
      .filter(([, { from }]) => from.includes(source))
      .map(([name]) => name);
    const registered = ours.filter((name) => name.startsWith("segue_"));
    assert.deepEqual(registered.sort(), listed.sort());
    const runtime = ours.filter((name) => !name.startsWith("segue_"));
    assert.ok(runtime.every((name) => /^(process|nodejs)_/.test(name)));
  }
});

test("no metric has a label that could name a person or what they heard", () => {
  const personal = ["listener", "session", "track", "event", "event_id", "key", "device"];
  assert.deepEqual(
    LABEL_NAMES.filter((name) => personal.includes(name)),
    [],
  );
  for (const { labels = [] } of Object.values<MetricSpec>(METRICS)) {
    for (const label of labels) assert.ok(LABEL_NAMES.includes(label));
  }
});

test("a total that is kept elsewhere is shown as it is, and rises with it", async () => {
  const metrics = createMetrics("ingest");
  const events = metrics.counter("segue_events_total");
  for (const total of [3, 5]) setTotal(events, total, { outcome: "stepped" });
  assert.match(await metrics.text(), /^segue_events_total\{outcome="stepped"\} 5$/m);
});

test("to ask for a metric of another process or another kind is a bug", () => {
  const metrics = createMetrics("serve");
  assert.throws(() => metrics.tally("segue_event_visible_seconds"), /segue_event_visible_seconds/);
  assert.throws(() => metrics.gauge("segue_requests_total"), /is no Gauge of serve/);
});

/** Words of a cell, without marks. */
function words(cell: string): string[] {
  return cell.match(/\w+/g) ?? [];
}
