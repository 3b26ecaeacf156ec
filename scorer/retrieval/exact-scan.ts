import { runAtOnce, type Steps } from "../run-in-steps.ts";
import { cosineScan } from "./cosine-scan.ts";
import type { Retriever, TrackSpace } from "./retriever.ts";
import { layOut } from "./scan-layout.ts";
import { openScanSearch } from "./scan-search.ts";

/** Where fewer are allowed than this part of a catalogue, they are read one by one. */
const ALLOWED_SHARE_MAX = 1 / 8;

/** Exact search: `openScanSearch` over all rows. */
export function exactScan(space: TrackSpace): Retriever {
  return runAtOnce(exactScanInSteps(space));
}

/** The same, yielding between steps of some milliseconds. */
export function* exactScanInSteps(space: TrackSpace): Steps<Retriever> {
  const layout = yield* layOut(space);
  const ranges = Uint32Array.of(0, layout.count);
  return {
    space,
    retrieve: openScanSearch(layout, { ranges, allowedMax: ALLOWED_SHARE_MAX * layout.count }),
    similar: cosineScan(layout),
  };
}
