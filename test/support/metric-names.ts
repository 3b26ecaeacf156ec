import { createMetrics } from "../../cli/metrics/metrics.ts";

const OURS = /\b((?:segue|nodejs|process)_\w+)\b/g;

/** Names in a query that neither ingest nor the scorer registers. */
export function unknownMetrics(promql: string): string[] {
  const known = new Set([createMetrics("ingest"), createMetrics("serve")].flatMap(namesOf));
  const named = [...promql.matchAll(OURS)].map(([, name]) => name!);
  return named.filter((name) => !known.has(name) && !known.has(name.replace(/_bucket$/, "")));
}

function namesOf(metrics: ReturnType<typeof createMetrics>): string[] {
  return metrics.names();
}
