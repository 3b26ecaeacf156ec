import { join } from "node:path";

/** Where one machine keeps everything, under one folder. */
export interface Home {
  readonly folder: string;
  /** The embedded log. */
  readonly log: string;
  /** Listener records and positions. */
  readonly state: string;
  readonly catalogue: string;
  /** What `report` found of bundles, for the page. */
  readonly reports: string;
  readonly bundle: string;
  /** The simulated world that `start` trains on. */
  readonly world: string;
}

export const DEFAULT_HOME = ".segue";

export function homeAt(folder: string): Home {
  return {
    folder,
    log: join(folder, "log"),
    state: join(folder, "state"),
    catalogue: join(folder, "catalogue"),
    reports: join(folder, "reports"),
    bundle: join(folder, "bundle"),
    world: join(folder, "world"),
  };
}
