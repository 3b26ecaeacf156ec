import type { ServedCall } from "../../scorer/observed-service.ts";
import type { Recommendation, Rung } from "../../scorer/recommendation.ts";
import { createMetrics, type Metrics } from "./metrics.ts";

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
  const lists = metrics.counter("segue_recommendations_total");
  const behind = metrics.counter("segue_recommendations_behind_total");
  const shortened = metrics.counter("segue_recommendations_shortened_total");
  const hurried = metrics.counter("segue_recommendations_hurried_total");
  const calls = metrics.counter("segue_requests_total");
  const durations = metrics.histogram("segue_request_duration_seconds");
  const passedOn = metrics.counter("segue_passed_on_calls_total");
  const underWay = metrics.gauge("segue_requests_under_way");
  // A rung that never answered is 0, so that its first answer is a rise.
  for (const rung of RUNGS) lists.inc({ rung }, 0);
  for (const outcome of ["answered", "failed"]) passedOn.inc({ outcome }, 0);
  return {
    metrics,
    onPassedOn(isAnswered) {
      passedOn.inc({ outcome: isAnswered ? "answered" : "failed" });
    },
    onRecommended({ rung, freshness, shortenedBy, leftOut }) {
      lists.inc({ rung });
      if (!freshness.caughtUp) behind.inc();
      if (shortenedBy !== "") shortened.inc();
      if (leftOut.length > 0) hurried.inc();
    },
    onCall(method) {
      underWay.inc();
      return ({ code, seconds }) => {
        underWay.dec();
        calls.inc({ method, code });
        durations.observe({ method }, seconds);
      };
    },
  };
}
