import type { TrackClusters, TrackCodes } from "../../core/bundle/bundle.ts";
import { encodeRow, newMoments, takeMoments } from "../../core/bundle/code-books.ts";
import { CODE_VALUES, CODES_PER_WORD } from "../../core/bundle/manifest.ts";

/** What a search knows of each part of a cluster before it reads one of its tracks, in the
 *  coordinates of codes. */
export interface PartSummary {
  /** [parts]: the cluster of each. */
  readonly clusters: Uint32Array;
  /** [parts, subspaces]: codes of what its tracks are on average, less their cluster's mean. */
  readonly centres: Uint8Array;
  /** [parts]: the root mean square of how far its tracks are from that. */
  readonly spreads: Float32Array;
  /** [T]: which share of those squares each coordinate has over all parts; their sum is 1. */
  readonly shares: Float32Array;
}

export function summariseParts(
  { tracks, starts }: Pick<TrackClusters, "tracks" | "starts">,
  parts: Uint32Array,
  codes: Pick<TrackCodes, "widths" | "books" | "codes">,
): PartSummary {
  const count = parts.length - 1;
  const subspaces = codes.widths.length;
  const clusters = new Uint32Array(count);
  const centres = new Uint8Array(count * subspaces);
  const spreads = new Float32Array(count);
  const moments = newMoments(codes);
  const squares = new Float64Array(moments.means.length);
  const counts = new Uint32Array(subspaces * CODE_VALUES);
  let cluster = 0;
  for (let part = 0; part < count; part++) {
    while (starts[cluster + 1]! <= parts[part]!) cluster++;
    clusters[part] = Math.min(cluster, starts.length - 2);
    const own = tracks.subarray(parts[part], parts[part + 1]);
    if (own.length === 0) continue;
    counts.fill(0);
    for (const track of own) countCodes(counts, codes.codes, track);
    takeMoments(moments, codes, { counts, size: own.length });
    encodeRow(codes, moments.means, 0, centres.subarray(part * subspaces, (part + 1) * subspaces));
    let sum = 0;
    for (const [at, variance] of moments.variances.entries()) {
      sum += variance;
      squares[at]! += variance * own.length;
    }
    spreads[part] = Math.sqrt(sum);
  }
  const all = squares.reduce((sum, own) => sum + own, 0);
  const shares = Float32Array.from(squares, (own) => (all > 0 ? own / all : 0));
  return { clusters, centres, spreads, shares };
}

/** Adds the codes of a track to how often each is there: [subspaces, 16]. */
function countCodes(counts: Uint32Array, codes: Uint32Array, track: number): void {
  const words = counts.length / CODE_VALUES / CODES_PER_WORD;
  for (let word = 0; word < words; word++) {
    let rest = codes[track * words + word]!;
    const end = (word + 1) * CODES_PER_WORD * CODE_VALUES;
    for (let at = end - CODES_PER_WORD * CODE_VALUES; at < end; at += CODE_VALUES) {
      counts[at + (rest & (CODE_VALUES - 1))]! += 1;
      rest >>>= 4;
    }
  }
}
