import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackIndex } from "../../core/domain/ids.ts";
import type { Scorer } from "../../scorer/scorer.ts";
import { showCatalogue } from "./catalogue-metrics.ts";
import { createMetrics } from "./metrics.ts";

test("each scrape tells the new and the withdrawn tracks of the scorer of now", async () => {
  const metrics = createMetrics("serve");
  let scorer = scorerOf({ shown: 3, withoutKin: 2, crowdedOut: 5 }, [4]);
  showCatalogue(metrics, () => scorer);
  assert.deepEqual(await told(), ["3", "2", "5", "1"]);
  scorer = scorerOf({ shown: 1, withoutKin: 0, crowdedOut: 0 }, []);
  assert.deepEqual(await told(), ["1", "0", "0", "0"]);

  async function told(): Promise<(string | undefined)[]> {
    const text = await metrics.text();
    return [
      "segue_new_tracks",
      "segue_new_tracks_without_kin",
      "segue_new_tracks_crowded_out_total",
      "segue_withdrawn_tracks",
    ].map((name) => new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
  }
});

function scorerOf(counts: object, withdrawn: readonly number[]): Pick<Scorer, "live"> {
  const fresh = { counts: () => counts };
  const live = { fresh, withdrawn: new Set(withdrawn as TrackIndex[]) };
  return { live } as unknown as Pick<Scorer, "live">;
}
