import type { TrackCodes } from "../../core/bundle/bundle.ts";
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
  const entries = codes.widths.length * CODE_VALUES;
  const partOf = new Uint32Array(tracks.length);
  const centres = Array.from({ length: count }, (_, part) => {
    const row = Math.floor(((part + random()) * tracks.length) / count);
    return centreOf(codes, rows, { entries, of: (other) => other === row });
  });
  for (let round = 0; ; round++) {
    const tables = centres.map((centre) => distancesFrom(codes, centre));
    for (let row = 0; row < partOf.length; row++) partOf[row] = nearest(tables, rows[row]!);
    if (round === ROUNDS) break;
    for (let part = 0; part < count; part++) {
      centres[part] = centreOf(codes, rows, { entries, of: (row) => partOf[row] === part });
    }
  }
  const groups = centres.map((_, part) => tracks.filter((_, row) => partOf[row] === part));
  return groups.filter(({ length }) => length > 0);
}

/** Of each track the places of its codes' values among all of them: [subspaces]. */
function entriesOf(
  tracks: Uint32Array,
  { widths, codes }: Pick<TrackCodes, "widths" | "codes">,
): readonly Uint16Array[] {
  const words = widths.length / CODES_PER_WORD;
  return Array.from(tracks, (track) =>
    Uint16Array.from(widths, (_, subspace) => {
      const word = codes[track * words + Math.floor(subspace / CODES_PER_WORD)]!;
      const code = (word >>> (4 * (subspace % CODES_PER_WORD))) & (CODE_VALUES - 1);
      return subspace * CODE_VALUES + code;
    }),
  );
}

/** The mean coordinates of some rows, [T]; zeros where there are none. */
function centreOf(
  { widths, books }: Pick<TrackCodes, "widths" | "books">,
  rows: readonly Uint16Array[],
  { entries, of }: { readonly entries: number; readonly of: (row: number) => boolean },
): Float32Array {
  const counts = new Uint32Array(entries);
  let size = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!of(row)) continue;
    size += 1;
    for (const entry of rows[row]!) counts[entry]! += 1;
  }
  const centre = new Float32Array(books.length / CODE_VALUES);
  let coordinate = 0;
  for (const [subspace, width] of widths.entries()) {
    for (let end = coordinate + width; coordinate < end; coordinate++) {
      let sum = 0;
      for (let value = 0; value < CODE_VALUES; value++) {
        sum += counts[subspace * CODE_VALUES + value]! * books[coordinate * CODE_VALUES + value]!;
      }
      centre[coordinate] = sum / Math.max(1, size);
    }
  }
  return centre;
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

function nearest(tables: readonly Float32Array[], row: Uint16Array): number {
  let [found, least] = [0, Number.POSITIVE_INFINITY];
  for (let part = 0; part < tables.length; part++) {
    const table = tables[part]!;
    let sum = 0;
    for (let at = 0; at < row.length; at++) sum += table[row[at]!]!;
    if (sum < least) [found, least] = [part, sum];
  }
  return found;
}
