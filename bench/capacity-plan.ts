/** What was measured on one machine, each for one of its kind. */
export interface UnitCosts {
  /** CPU of an event, from the log into the store, microseconds. */
  readonly eventCpuUs: number;
  /** CPU of a list of 20 over gRPC, microseconds, with the catalogue that was measured. */
  readonly listCpuUs: number;
  /** Of the store's file. */
  readonly listenerBytes: number;
  /** Resident memory of a scorer without tracks, and of each track. */
  readonly processBytes: number;
  readonly trackBytes: number;
}

/** How much is asked of an installation. All listeners are active every day. */
export interface Demand {
  readonly listeners: number;
  readonly tracks: number;
  readonly eventsADay: number;
  readonly listsADay: number;
}

export const ASSUMPTIONS = {
  /** The busiest hour against the average one. */
  peakFactor: 3,
  /** So busy may a core be at the peak, so that one host in three can fall away. */
  coreShare: 0.5,
  hostCores: 16,
  /** Free room of the store's disk: pages that are freed and used again, and a snapshot. */
  diskFactor: 2.5,
  /** Of the store that the page cache should hold: who listens in one hour. */
  cachedShare: 0.2,
} as const;

export interface Plan extends Demand {
  readonly eventsPerSecond: number;
  readonly listsPerSecond: number;
  readonly cores: number;
  readonly hosts: number;
  /** Of one host, models and page cache together. */
  readonly hostMemoryBytes: number;
  readonly hostDiskBytes: number;
}

const DAY_SECONDS = 86_400;

/** Multiplies what was measured: cores by peak rates, disk and memory by listeners and tracks. */
export function planFor(costs: UnitCosts, demand: Demand): Plan {
  const { peakFactor, coreShare, hostCores, diskFactor, cachedShare } = ASSUMPTIONS;
  const perSecond = (aDay: number) => (demand.listeners * aDay * peakFactor) / DAY_SECONDS;
  const eventsPerSecond = perSecond(demand.eventsADay);
  const listsPerSecond = perSecond(demand.listsADay);
  const busy = (eventsPerSecond * costs.eventCpuUs + listsPerSecond * costs.listCpuUs) / 1e6;
  const cores = Math.max(1, busy / coreShare);
  const hosts = Math.ceil(cores / hostCores);
  const storeBytes = (demand.listeners * costs.listenerBytes) / hosts;
  // Ingest and scorer both hold the models.
  const modelBytes = 2 * (costs.processBytes + demand.tracks * costs.trackBytes);
  return {
    ...demand,
    eventsPerSecond,
    listsPerSecond,
    cores,
    hosts,
    hostMemoryBytes: modelBytes + storeBytes * cachedShare,
    hostDiskBytes: storeBytes * diskFactor,
  };
}
