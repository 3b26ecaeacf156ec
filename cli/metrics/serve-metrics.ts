import type { ServedCall } from "../../scorer/observed-service.ts";
import type { Recommendation, Rung } from "../../scorer/recommendation.ts";
import type { MetricName } from "./metric-list.ts";
import { createMetrics, type Metrics, setTotal } from "./metrics.ts";

export interface ServeMetrics {
  readonly metrics: Metrics;
  /** To be told of every list. */
  readonly onRecommended: (recommendation: Recommendation) => void;
  /** To be told when a call comes; what it returns is told how the call ended. */
  readonly onCall: (method: string) => (call: ServedCall) => void;
  /** To be told of every call that was passed on to another host, and whether it answered. */
  readonly onPassedOn: (isAnswered: boolean) => void;
}

const RUNGS: readonly Rung[] = ["blend", "short_term", "long_term", "coplay", "popularity"];

/** Metrics of the scorer and the gateway, less than a microsecond for each call. */
export function serveMetrics(): ServeMetrics {
  const metrics = createMetrics("serve");
  const lists = totalsOf(metrics, "segue_recommendations_total", (rung) => ({ rung }));
  const behind = metrics.counter("segue_recommendations_behind_total");
  const shortened = metrics.counter("segue_recommendations_shortened_total");
  const hurried = metrics.counter("segue_recommendations_hurried_total");
  const calls = totalsOf(metrics, "segue_requests_total", (ended) => {
    const [method, code] = ended.split(" ");
    return { method: method!, code: code! };
  });
  const durations = metrics.histogram("segue_request_duration_seconds");
  const passedOn = metrics.counter("segue_passed_on_calls_total");
  const underWay = metrics.gauge("segue_requests_under_way");
  let callsUnderWay = 0;
  metrics.beforeScrape(() => underWay.set(callsUnderWay));
  // A rung that never answered is 0, so that its first answer is a rise.
  for (const rung of RUNGS) lists.add(rung, 0);
  for (const outcome of ["answered", "failed"]) passedOn.inc({ outcome }, 0);
  return {
    metrics,
    onPassedOn(isAnswered) {
      passedOn.inc({ outcome: isAnswered ? "answered" : "failed" });
    },
    onRecommended({ rung, freshness, shortenedBy, leftOut }) {
      lists.add(rung);
      if (!freshness.caughtUp) behind.inc();
      if (shortenedBy !== "") shortened.inc();
      if (leftOut.length > 0) hurried.inc();
    },
    onCall(method) {
      callsUnderWay += 1;
      return ({ code, seconds }) => {
        callsUnderWay -= 1;
        calls.add(`${method} ${code}`);
        durations.observe({ method }, seconds);
      };
    },
  };
}

/** A counter's totals in plain numbers, which it is told at each scrape: to find its labels anew
 *  for every call would take it microseconds. */
function totalsOf(
  metrics: Metrics,
  name: MetricName,
  labelsOf: (key: string) => Readonly<Record<string, string>>,
) {
  const counter = metrics.counter(name);
  const totals = new Map<string, number>();
  metrics.beforeScrape(() => {
    for (const [key, total] of totals) setTotal(counter, total, labelsOf(key));
  });
  return {
    add(key: string, by = 1): void {
      totals.set(key, (totals.get(key) ?? 0) + by);
    },
  };
}
