/** Which process registers a metric. */
export type MetricSource = "ingest" | "serve";

export interface MetricSpec {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** None of them may name a person: see `LABEL_NAMES`. */
  readonly labels?: readonly LabelName[];
  /** Upper bounds, of histograms. */
  readonly buckets?: readonly number[];
  readonly from: readonly MetricSource[];
}

/** All labels that a metric may have, as a closed list: each has few values, and none of them is a
 *  listener, a session, a track or an event. */
export const LABEL_NAMES = [
  "rung",
  "reason",
  "outcome",
  "method",
  "code",
  "partition",
  "bundle",
  "version",
  "node",
  "process",
] as const;
export type LabelName = (typeof LABEL_NAMES)[number];

const EITHER = ["ingest", "serve"] as const;

/** From a millisecond to ten minutes: a tail of live events and one that catches up. */
const FRESHNESS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600,
];
/** A list takes one or two milliseconds; nobody waits for ten seconds. */
const REQUEST_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];
const BATCH_RECORDS = [1, 4, 16, 64, 256, 1024, 4096, 16384];

/** Everything that a running Segue says of itself to Prometheus, besides what the runtime says. */
export const METRICS = {
  segue_events_total: {
    type: "counter",
    help: "Records of the listening log that were applied, by what they did to their listener.",
    labels: ["outcome"],
    from: ["ingest"],
  },
  segue_dead_letters_total: {
    type: "counter",
    help: "Records that were no listening event, by the field at fault.",
    labels: ["reason"],
    from: ["ingest"],
  },
  segue_event_visible_seconds: {
    type: "histogram",
    help: "From an event's entry into the log to the commit that lets replies see it.",
    buckets: FRESHNESS_SECONDS,
    from: ["ingest"],
  },
  segue_batch_records: {
    type: "histogram",
    help: "New records of a batch that was committed.",
    buckets: BATCH_RECORDS,
    from: ["ingest"],
  },
  segue_waves_total: {
    type: "counter",
    help: "Batched calls of the models.",
    from: ["ingest"],
  },
  segue_commits_total: {
    type: "counter",
    help: "Transactions that committed records and position.",
    from: ["ingest"],
  },
  segue_unknown_track_events_total: {
    type: "counter",
    help: "Applied events whose track the bundle does not know.",
    from: ["ingest"],
  },
  segue_rebuilt_listeners_total: {
    type: "counter",
    help: "Listeners that were stepped anew because another bundle had stepped them.",
    from: ["ingest"],
  },
  segue_evicted_listeners_total: {
    type: "counter",
    help: "Idle listeners of whom the store was made to keep the long-term part alone.",
    from: ["ingest"],
  },
  segue_damaged_records_total: {
    type: "counter",
    help: "Stored records that failed their checksum.",
    from: ["ingest"],
  },
  segue_lost_records_total: {
    type: "counter",
    help: "Records that the log gave up before they were read.",
    from: ["ingest"],
  },
  segue_log_restarts_total: {
    type: "counter",
    help: "Times that the offsets of a partition began anew.",
    from: ["ingest"],
  },
  segue_catalogue_events_total: {
    type: "counter",
    help: "Records of the catalogue topic, by what they did.",
    labels: ["outcome"],
    from: ["ingest"],
  },
  segue_consumer_lag_records: {
    type: "gauge",
    help: "Records of an owned partition that are not applied yet.",
    labels: ["partition"],
    from: ["ingest"],
  },
  segue_assigned_partitions: {
    type: "gauge",
    help: "Partitions of the listening log that this process owns.",
    from: ["ingest"],
  },
  segue_followed_partitions: {
    type: "gauge",
    help: "Partitions of which this process keeps a copy while another host owns them.",
    from: ["ingest"],
  },
  segue_changelog_lag_records: {
    type: "gauge",
    help: "Applied records of owned partitions that the changelog does not have yet.",
    from: ["ingest"],
  },
  segue_log_silent_seconds: {
    type: "gauge",
    help: "Since the log was last heard of.",
    from: ["ingest"],
  },
  segue_store_bytes: {
    type: "gauge",
    help: "Size of the store's file.",
    from: ["ingest"],
  },
  segue_requests_total: {
    type: "counter",
    help: "Calls that were answered, by method and gRPC status.",
    labels: ["method", "code"],
    from: ["serve"],
  },
  segue_request_duration_seconds: {
    type: "histogram",
    help: "From a call's arrival at its handler to its answer.",
    labels: ["method"],
    buckets: REQUEST_SECONDS,
    from: ["serve"],
  },
  segue_requests_under_way: {
    type: "gauge",
    help: "Calls that wait for their answer.",
    from: ["serve"],
  },
  segue_recommendations_total: {
    type: "counter",
    help: "Lists that were made, by the rung that answered.",
    labels: ["rung"],
    from: ["serve"],
  },
  segue_recommendations_behind_total: {
    type: "counter",
    help: "Lists that had not heard the event that their caller named.",
    from: ["serve"],
  },
  segue_recommendations_shortened_total: {
    type: "counter",
    help: "Lists with fewer tracks than were asked for.",
    from: ["serve"],
  },
  segue_recommendations_logged_total: {
    type: "counter",
    help: "Lists that were written to the recommendation log.",
    from: ["serve"],
  },
  segue_recommendations_not_logged_total: {
    type: "counter",
    help: "Lists that should have been and were not, by what stood in the way.",
    labels: ["reason"],
    from: ["serve"],
  },
  segue_recommendations_hurried_total: {
    type: "counter",
    help: "Lists that went without something because more was asked than the scorer bears.",
    from: ["serve"],
  },
  segue_passed_on_calls_total: {
    type: "counter",
    help: "Calls that were passed on to another host, by what became of it there.",
    labels: ["outcome"],
    from: ["serve"],
  },
  segue_state_stale_seconds: {
    type: "gauge",
    help: "Age of the newest applied record of a partition that has newer ones waiting, else 0.",
    labels: ["partition"],
    from: ["serve"],
  },
  segue_new_tracks: {
    type: "gauge",
    help: "Tracks that the catalogue added to the bundle's, and that lists may hold.",
    from: ["serve"],
  },
  segue_new_tracks_without_kin: {
    type: "gauge",
    help: "New tracks in no list, since nothing of them is known that the bundle knows, too.",
    from: ["serve"],
  },
  segue_new_tracks_crowded_out_total: {
    type: "counter",
    help: "New tracks that had to go since others came, beside the bundle that is used now.",
    from: ["serve"],
  },
  segue_withdrawn_tracks: {
    type: "gauge",
    help: "Tracks of the bundle that the catalogue has withdrawn.",
    from: ["serve"],
  },
  segue_bundle_info: {
    type: "gauge",
    help: "1 for the bundle that is used now.",
    labels: ["bundle"],
    from: EITHER,
  },
  segue_bundle_tracks: {
    type: "gauge",
    help: "Tracks of the bundle that is used now.",
    from: EITHER,
  },
  segue_bundle_swaps_total: {
    type: "counter",
    help: "Bundles that were found in the bundle folder while another one was used.",
    labels: ["outcome"],
    from: EITHER,
  },
  segue_live_heap_bytes: {
    type: "gauge",
    help:
      "What the last whole collection left of the main thread's heap: all that is still in use. " +
      "It stays as it is where nothing is kept without need. 0 before the first one.",
    from: EITHER,
  },
  segue_ready: {
    type: "gauge",
    help: "1 while the process says that it is ready, else 0.",
    from: EITHER,
  },
  segue_build_info: {
    type: "gauge",
    help: "1 for the version that runs.",
    labels: ["version", "node"],
    from: EITHER,
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof METRICS;
