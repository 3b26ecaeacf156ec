import type { Scorer } from "../../scorer/scorer.ts";
import { type Metrics, setTotal } from "./metrics.ts";

/** Shows how many tracks the catalogue added to the served bundle's and took from them, as it is
 *  when a scrape asks. */
export function showCatalogue(metrics: Metrics, scorer: () => Pick<Scorer, "live">): void {
  const crowdedOut = metrics.counter("segue_new_tracks_crowded_out_total");
  metrics.beforeScrape(() => {
    const { fresh, withdrawn } = scorer().live;
    const counts = fresh.counts();
    metrics.gauge("segue_new_tracks").set(counts.shown);
    metrics.gauge("segue_new_tracks_without_kin").set(counts.withoutKin);
    metrics.gauge("segue_withdrawn_tracks").set(withdrawn.size);
    setTotal(crowdedOut, counts.crowdedOut);
  });
}
