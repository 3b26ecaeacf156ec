import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObject,
  Registry,
} from "prom-client";
import { assert } from "../../core/domain/failure.ts";
import { METRICS, type MetricName, type MetricSource, type MetricSpec } from "./metric-list.ts";
import { createTally, type Tally } from "./tally.ts";

/** The metrics of one process. To ask for one that the list gives to another process, or for one of
 *  another kind, is a bug. */
export interface Metrics {
  counter(name: MetricName): Counter;
  gauge(name: MetricName): Gauge;
  /** A histogram with labels. */
  histogram(name: MetricName): Histogram;
  /** A histogram without labels. */
  tally(name: MetricName): Tally;
  /** Called before each scrape, for what is cheaper to look up than to keep. */
  beforeScrape(look: () => void): void;
  names(): string[];
  /** The text that Prometheus reads. */
  text(): Promise<string>;
  /** The same as objects that another process can be told. Only for a source without tallies. */
  values(): Promise<MetricValues>;
  /** Gives every metric the label `process`, for one of several processes that are scraped as one:
   *  when it starts again its totals begin anew, and nothing is taken from the others'. */
  nameProcess(number: number): void;
}

/** All metrics of one process. */
export type MetricValues = readonly MetricObject[];

/** The text of several processes' metrics, each with a label `process` of its own. */
export function textOfAll(processes: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate(processes.map((metrics) => [...metrics])).metrics();
}

/** What `text` is, for the answer's header. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Gauges of prom-client that are named as counters: Prometheus's own rules forbid that. Each has a
 *  fellow that says the same by type. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** Registers what the list gives to `source`, and what prom-client says of process and runtime. */
export function createMetrics(source: MetricSource): Metrics {
  const registry = new Registry();
  const looks: (() => void)[] = [];
  const all = new Map<string, Counter | Gauge | Histogram>();
  const tallies = new Map<string, Tally>();
  for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
    if (!spec.from.includes(source)) continue;
    if (isTally(spec)) tallies.set(name, createTally(spec.buckets ?? []));
    else all.set(name, register(registry, name, spec));
  }
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const find = <T>(name: MetricName, type: new (...args: never[]) => T): T => {
    const metric = all.get(name);
    if (metric instanceof type) return metric;
    throw new Error(`${name} is no ${type.name} of ${source}`);
  };
  return {
    counter: (name) => find(name, Counter),
    gauge: (name) => find(name, Gauge),
    histogram: (name) => find(name, Histogram),
    tally(name) {
      const tally = tallies.get(name);
      if (tally !== undefined) return tally;
      throw new Error(`${name} is no histogram without labels of ${source}`);
    },
    beforeScrape: (look) => looks.push(look),
    names: () => [...tallies.keys(), ...registry.getMetricsAsArray().map(({ name }) => name)],
    async text() {
      for (const look of looks) look();
      const texts = [...tallies].map(([name, tally]) => tally.text(name, helpOf(name)));
      return `${texts.join("\n")}\n${await registry.metrics()}`;
    },
    async values() {
      assert(tallies.size === 0, "a tally is no object");
      for (const look of looks) look();
      return registry.getMetricsAsJSON();
    },
    nameProcess: (number) => registry.setDefaultLabels({ process: String(number) }),
  };
}

function isTally({ type, labels = [] }: MetricSpec): boolean {
  return type === "histogram" && labels.length === 0;
}

function helpOf(name: string): string {
  return METRICS[name as MetricName].help;
}

function register(
  registry: Registry,
  name: string,
  { type, help, labels = [], buckets = [] }: MetricSpec,
): Counter | Gauge | Histogram {
  const common = { name, help, labelNames: labels, registers: [registry] };
  if (type === "histogram") return new Histogram({ ...common, buckets: [...buckets] });
  return type === "counter" ? new Counter(common) : new Gauge(common);
}

/** Sets a counter to a total that is kept elsewhere. */
export function setTotal(
  counter: Counter,
  total: number,
  labels: Readonly<Record<string, string>> = {},
): void {
  counter.remove(labels);
  counter.inc(labels, total);
}
