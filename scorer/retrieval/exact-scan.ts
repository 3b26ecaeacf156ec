import { cosineScan } from "./cosine-scan.ts";
import { openLayout } from "./model-vectors.ts";
import type { Retriever, TrackSpace } from "./retriever.ts";
import { layOut, type ScanLayout } from "./scan-layout.ts";
import { openScanSearch } from "./scan-search.ts";

export function exactScan(space: TrackSpace): Retriever {
  return exactScanOf(openLayout(layOut(space)));
}

/** Exact search: `openScanSearch` over all tracks. */
export function exactScanOf(layout: ScanLayout): Retriever {
  return { space: layout.space, retrieve: openScanSearch(layout), similar: cosineScan(layout) };
}
