import { cosineScan } from "./cosine-scan.ts";
import type { Retriever, TrackSpace } from "./retriever.ts";
import { layOut, openLayout, type ScanLayout } from "./scan-layout.ts";
import { openScanSearch } from "./scan-search.ts";

/** Where fewer are allowed than this part of a catalogue, they are read one by one. */
const ALLOWED_SHARE_MAX = 1 / 8;

export function exactScan(space: TrackSpace): Retriever {
  return exactScanOf(openLayout(layOut(space)));
}

/** Exact search: `openScanSearch` over all rows. */
export function exactScanOf(layout: ScanLayout): Retriever {
  const ranges = Uint32Array.of(0, layout.count);
  return {
    space: layout.space,
    retrieve: openScanSearch(layout, { ranges, allowedMax: ALLOWED_SHARE_MAX * layout.count }),
    similar: cosineScan(layout),
  };
}
