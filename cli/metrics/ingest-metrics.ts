import { statSync } from "node:fs";
import { join } from "node:path";
import type { LogSubscription } from "../../core/log/event-log.ts";
import type { AppliedBatch } from "../../ingest/apply-batch.ts";
import type { ChangelogKeeper } from "../../ingest/changelog/keep-changelog.ts";
import type { CounterName, Counts } from "../../ingest/counters.ts";
import type { MetricName } from "./metric-list.ts";
import { createMetrics, type Metrics, setTotal } from "./metrics.ts";

export interface IngestMetricsParts {
  /** What ingest counts; read when a scrape asks. */
  readonly counts: Readonly<Counts>;
  /** The store's folder. */
  readonly storeFolder: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly nowMs: () => number;
}

export interface IngestMetrics {
  readonly metrics: Metrics;
  /** To be told of every batch that was committed. */
  readonly onApplied: (batch: AppliedBatch) => void;
  /** What the watchdog saw: records that wait, by partition. */
  sawLag(lags: ReadonlyMap<number, number>): void;
  watch(
    subscription: Pick<LogSubscription, "assigned" | "silentForMs">,
    keeper?: Pick<ChangelogKeeper, "behind" | "followed">,
  ): void;
}

/** Metrics of ingest. Totals are read off its counters at each scrape; an event costs one place in
 *  a histogram. */
export function ingestMetrics({ counts, storeFolder, nowMs }: IngestMetricsParts): IngestMetrics {
  const metrics = createMetrics("ingest");
  const visible = metrics.tally("segue_event_visible_seconds");
  const batches = metrics.tally("segue_batch_records");
  const letters = metrics.counter("segue_dead_letters_total");
  const lag = metrics.gauge("segue_consumer_lag_records");
  for (const reason of LETTER_REASONS) letters.inc({ reason }, 0);
  metrics.beforeScrape(() => showTotals(metrics, counts));
  metrics.beforeScrape(() => {
    metrics.gauge("segue_store_bytes").set(fileBytes(join(storeFolder, "data.mdb")));
  });
  return {
    metrics,
    onApplied(batch) {
      const atMs = nowMs();
      for (const { timestampMs } of batch.records) {
        visible.observe(Math.max(0, atMs - timestampMs) / 1000);
      }
      batches.observe(batch.records.length);
      for (const { headers } of batch.letters) letters.inc({ reason: reasonOf(headers?.field) });
    },
    sawLag(lags) {
      lag.reset();
      for (const [partition, records] of lags) lag.set({ partition }, records);
    },
    watch(subscription, keeper) {
      metrics.beforeScrape(() => {
        metrics.gauge("segue_assigned_partitions").set(subscription.assigned().length);
        metrics.gauge("segue_log_silent_seconds").set(subscription.silentForMs() / 1000);
        metrics.gauge("segue_changelog_lag_records").set(keeper?.behind() ?? 0);
        metrics.gauge("segue_followed_partitions").set(keeper?.followed() ?? 0);
      });
    },
  };
}

/** What a dead letter may be counted as: fields of an event and of a record. A field that a broken
 *  value invented is `other`, so that no producer can make labels. */
const LETTER_REASONS: readonly string[] = [
  "value",
  "key",
  "event_id",
  "listener",
  "session",
  "track",
  "happened_at_ms",
  "played_ms",
  "track_ms",
  "context",
  "context.id",
  "device",
  "recommendation_id",
  "other",
];

function reasonOf(field = ""): string {
  return LETTER_REASONS.includes(field) ? field : "other";
}

const EVENT_OUTCOMES: readonly CounterName[] = [
  "stepped",
  "noted",
  "duplicate",
  "late",
  "replayed",
  "dead_lettered",
  "forgotten",
  "not_stored",
];

const CATALOGUE_OUTCOMES: Readonly<Partial<Record<CounterName, string>>> = {
  catalogue_applied: "applied",
  catalogue_removed: "removed",
  catalogue_malformed: "malformed",
};

const TOTALS: Readonly<Partial<Record<CounterName, MetricName>>> = {
  waves: "segue_waves_total",
  commits: "segue_commits_total",
  unknown_track: "segue_unknown_track_events_total",
  rebuilt: "segue_rebuilt_listeners_total",
  evicted: "segue_evicted_listeners_total",
  damaged_records: "segue_damaged_records_total",
  lost_records: "segue_lost_records_total",
  log_restarts: "segue_log_restarts_total",
};

function showTotals(metrics: Metrics, counts: Readonly<Counts>): void {
  const events = metrics.counter("segue_events_total");
  for (const outcome of EVENT_OUTCOMES) setTotal(events, counts[outcome], { outcome });
  const catalogue = metrics.counter("segue_catalogue_events_total");
  for (const [name, outcome] of Object.entries(CATALOGUE_OUTCOMES)) {
    setTotal(catalogue, counts[name as CounterName], { outcome });
  }
  for (const [name, metric] of Object.entries(TOTALS)) {
    setTotal(metrics.counter(metric), counts[name as CounterName]);
  }
}

/** 0 where there is no file yet. */
function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
