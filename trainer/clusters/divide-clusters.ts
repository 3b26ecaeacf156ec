import type { TrackCodes } from "../../core/bundle/bundle.ts";
import { newMoments, takeMoments } from "../../core/bundle/code-books.ts";
import { CODE_VALUES, CODES_PER_WORD } from "../../core/bundle/manifest.ts";
import type { Random } from "../random.ts";
import type { StopCheck } from "../train-epoch.ts";
import type { ClusteredTracks } from "./cluster-tracks.ts";

/** Clusters whose tracks are in order of their parts. */
export interface DividedClusters {
  readonly clustered: ClusteredTracks;
  /** [parts + 1]: where each part begins. */
  readonly parts: Uint32Array;
}

export interface DividingPlan {
  readonly random: Random;
  readonly progress: (done: number, total: number) => void;
  readonly stopCheck: StopCheck;
}

/** Tracks in a part: few of a cluster's, but several blocks of codes. */
const PART_TRACKS = 64;
const ROUNDS = 5;

/** Divides clusters into parts of tracks with like codes, by k-means (Lloyd 1982, doi
 *  10.1109/TIT.1982.1056489) over what the codes stand for, in which a difference is worth as much
 *  in any coordinate. Within a part, tracks are in order of their index. */
export function divideClusters(
  { tracks, starts }: ClusteredTracks,
  codes: Pick<TrackCodes, "widths" | "books" | "codes">,
  { random, progress, stopCheck }: DividingPlan,
): DividedClusters {
  const ordered = new Uint32Array(tracks.length);
  const parts = [0];
  for (let cluster = 0; cluster + 1 < starts.length; cluster++) {
    stopCheck();
    progress(cluster, starts.length - 1);
    const own = tracks.subarray(starts[cluster], starts[cluster + 1]);
    for (const part of divided(own, codes, random)) {
      ordered.set(part.sort(), parts.at(-1)!);
      parts.push(parts.at(-1)! + part.length);
    }
  }
  return { clustered: { tracks: ordered, starts }, parts: Uint32Array.from(parts) };
}

function divided(
  tracks: Uint32Array,
  codes: Pick<TrackCodes, "widths" | "books" | "codes">,
  random: Random,
): readonly Uint32Array[] {
  const count = Math.round(tracks.length / PART_TRACKS);
  if (count <= 1) return tracks.length === 0 ? [] : [tracks.slice()];
  const rows = entriesOf(tracks, codes);
  const width = codes.widths.length;
  const moments = newMoments(codes);
  const tableOf = (group: readonly number[]) => {
    takeMoments(moments, codes, { counts: countsOf(group, rows, width), size: group.length });
    return distancesFrom(codes, moments.means);
  };
  const tables = Array.from({ length: count }, (_, part) => {
    const row = Math.floor(((part + random()) * tracks.length) / count);
    return tableOf([row]);
  });
  let groups: readonly number[][] = [];
  for (let round = 0; ; round++) {
    groups = nearestRows(tables, rows, width);
    if (round === ROUNDS) break;
    for (const [part, group] of groups.entries()) {
      if (group.length > 0) tables[part] = tableOf(group);
    }
  }
  const filled = groups.filter(({ length }) => length > 0);
  return filled.map((group) => Uint32Array.from(group, (row) => tracks[row]!));
}

/** [tracks, subspaces]: the places of each track's codes among the values of all codes. */
function entriesOf(
  tracks: Uint32Array,
  { widths, codes }: Pick<TrackCodes, "widths" | "codes">,
): Uint16Array {
  const words = widths.length / CODES_PER_WORD;
  const entries = new Uint16Array(tracks.length * widths.length);
  let at = 0;
  for (const track of tracks) {
    for (let subspace = 0; subspace < widths.length; subspace++) {
      const word = codes[track * words + Math.floor(subspace / CODES_PER_WORD)]!;
      const code = (word >>> (4 * (subspace % CODES_PER_WORD))) & (CODE_VALUES - 1);
      entries[at++] = subspace * CODE_VALUES + code;
    }
  }
  return entries;
}

/** [subspaces, 16]: how often each value of each code is there in some rows. */
function countsOf(some: readonly number[], rows: Uint16Array, width: number): Uint32Array {
  const counts = new Uint32Array(width * CODE_VALUES);
  for (const row of some) {
    for (let at = row * width; at < (row + 1) * width; at++) counts[rows[at]!]! += 1;
  }
  return counts;
}

/** What each value of each code adds to the squared distance from a centre: [subspaces, 16]. */
function distancesFrom(
  { widths, books }: Pick<TrackCodes, "widths" | "books">,
  centre: Float32Array,
): Float32Array {
  const table = new Float32Array(widths.length * CODE_VALUES);
  let coordinate = 0;
  for (const [subspace, width] of widths.entries()) {
    for (let end = coordinate + width; coordinate < end; coordinate++) {
      for (let value = 0; value < CODE_VALUES; value++) {
        const off = books[coordinate * CODE_VALUES + value]! - centre[coordinate]!;
        table[subspace * CODE_VALUES + value]! += off * off;
      }
    }
  }
  return table;
}

/** The rows to which each of the centres is the nearest, by its table. */
function nearestRows(
  tables: readonly Float32Array[],
  rows: Uint16Array,
  width: number,
): readonly number[][] {
  const groups = tables.map((): number[] => []);
  for (let from = 0; from < rows.length; from += width) {
    let [found, least] = [0, Number.POSITIVE_INFINITY];
    for (let part = 0; part < tables.length; part++) {
      const table = tables[part]!;
      let sum = 0;
      for (let at = from; at < from + width; at++) sum += table[rows[at]!]!;
      if (sum >= least) continue;
      found = part;
      least = sum;
    }
    groups[found]!.push(from / width);
  }
  return groups;
}
