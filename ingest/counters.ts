/** All that ingest counts, as a closed list; metrics and tests branch on these names. A batch's
 *  counts are added when it is durable, so a batch that is retried counts once. */
export const COUNTER_NAMES = [
  /** Events that stepped the models, and events that were only remembered. */
  "stepped",
  "noted",
  /** Dropped: see `core/state/hear.ts`; `replayed` also holds records below the applied
   *  position. */
  "duplicate",
  "late",
  "replayed",
  /** Records that are no listening event; each went to the dead-letter topic. */
  "dead_lettered",
  /** Events that say `do_not_store`. */
  "not_stored",
  /** Heard events whose track the bundle does not know. */
  "unknown_track",
  /** Tombstones. */
  "forgotten",
  /** Listeners met under a newer bundle, stepped anew from their recent events. */
  "rebuilt",
  /** Idle listeners of whom the store was made to keep the long-term part alone. */
  "evicted",
  /** Stored records that failed their checksum; such a listener begins anew. */
  "damaged_records",
  "waves",
  "commits",
  /** Records that the log gave up before they were read. */
  "lost_records",
  /** Times that a partition's offsets began anew. */
  "log_restarts",
  "catalogue_applied",
  "catalogue_removed",
  "catalogue_malformed",
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

export type Counts = Record<CounterName, number>;

export function newCounts(): Counts {
  return Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Counts;
}

export function addCounts(total: Counts, more: Readonly<Counts>): void {
  for (const name of COUNTER_NAMES) total[name] += more[name];
}
