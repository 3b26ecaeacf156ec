import { ingestMetrics } from "../cli/metrics/ingest-metrics.ts";
import { serveMetrics } from "../cli/metrics/serve-metrics.ts";
import { drawTable } from "../cli/table.ts";
import type { Offset } from "../core/domain/ids.ts";
import { newCounts } from "../ingest/counters.ts";
import type { Recommendation } from "../scorer/recommendation.ts";
import type { BenchOptions } from "./bench.ts";
import { cpuUsOf, newRounds } from "./measure.ts";

const BATCH_RECORDS = 256;
const ROUNDS = 5;

/** What counting costs an event and a request. Resolves with the text for stdout. */
export async function metricsCost({ json, quick, progress }: BenchOptions): Promise<string> {
  const times = quick ? 200_000 : 2_000_000;
  const rounds = newRounds<"event" | "request">();
  const event = eventCounting();
  const request = requestCounting();
  for (let round = 0; round <= ROUNDS; round++) {
    progress(`counts ${times} events and requests`);
    const eventUs = await cpuUsOf(() => {
      for (let done = 0; done < times; done += BATCH_RECORDS) event();
    });
    const requestUs = await cpuUsOf(() => {
      for (let done = 0; done < times; done++) request();
    });
    // The first round warms up.
    if (round === 0) continue;
    rounds.add("event", (eventUs / times) * 1000);
    rounds.add("request", (requestUs / times) * 1000);
  }
  const figures = { event_ns: rounds.least("event"), request_ns: rounds.least("request") };
  if (json) return `${JSON.stringify({ quick, ...figures }, null, 2)}\n`;
  const rows = [
    ["an event, in a batch of 256", figures.event_ns.toFixed(0)],
    ["a request and its list", figures.request_ns.toFixed(0)],
  ];
  return drawTable([{ title: "counting" }, { title: "ns of CPU", right: true }], rows);
}

function eventCounting(): () => void {
  const options = { counts: newCounts(), storeFolder: "", nowMs: Date.now };
  const { onApplied } = ingestMetrics(options);
  const timestampMs = Date.now();
  const records = Array.from({ length: BATCH_RECORDS }, (_, index) => ({
    offset: index as Offset,
    key: "listener",
    value: null,
    headers: {},
    // As old as live events are, and some older.
    timestampMs: timestampMs - (index % 50),
  }));
  const batch = { records, letters: [] };
  return () => onApplied(batch);
}

function requestCounting(): () => void {
  const { onCall, onRecommended } = serveMetrics();
  const freshness = { seen: undefined, ageMs: 0, caughtUp: true, pendingStepped: 0 };
  const list = {
    rung: "blend",
    freshness,
    shortenedBy: "",
    leftOut: [],
  } as Partial<Recommendation>;
  return () => {
    const end = onCall("NextTracks");
    onRecommended(list as Recommendation);
    end({ code: "OK", seconds: 0.0017 });
  };
}
