import { NO_WEIGHTS } from "../core/bundle/manifest.ts";
import type { ModelName, TrackIndex } from "../core/domain/ids.ts";
import type { Candidate } from "./candidates.ts";
import type { ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import type { RetrievalQuery, RetrievedTrack, Retriever } from "./retrieval/retriever.ts";
import { dot } from "./rules/choose.ts";

/** Points in equal steps on a straight line, and what is searched for them. */
export interface Line {
  readonly model: ModelName;
  /** [D]: where it begins, one step before the first point, and where the last point is. */
  readonly start: Float32Array;
  readonly end: Float32Array;
  readonly points: number;
  /** What points are multiplied by before the model scores tracks for them. */
  readonly scale: number;
  /** How many of the tracks that score best for a point are near it, at least. */
  readonly count: number;
  readonly pool: Pick<RetrievalQuery, "allowed" | "excluded">;
}

/** The tracks near a point, from 0, by their cosines with it, the highest first; fewer than `count`
 *  only where there are no more. */
export type NearestOnLine = (point: number) => readonly Candidate[];

/** A search finds so many times the tracks that a point needs, so that those beside it need no
 *  search: more makes searches fewer, and all else dearer. */
const FOUND_TIMES = 1.25;

/** A track's score is linear along the line. So between two points that were searched no track that
 *  neither of them found scores above the straight line between the worst scores that they found:
 *  where enough of those found do, they are the best. Otherwise the point in the middle is
 *  searched. */
export function openLineSearch(
  {
    retriever,
    tracks: served,
  }: {
    readonly retriever: Pick<Retriever, "retrieve">;
    readonly tracks: Pick<ServedTracks, "vectorOf">;
  },
  line: Line,
): NearestOnLine {
  const { model, start, end, points, scale, count, pool } = line;
  const weights = { ...NO_WEIGHTS, [model]: 1 };
  const seen = seenTracks(served, line);
  const searched = new Array<Searched | undefined>(points);
  let section: Section | undefined;
  const alongAt = (point: number) => (point + 1) / points;

  function search(point: number): Searched {
    const known = searched[point];
    if (known !== undefined) return known;
    const along = alongAt(point);
    const taste = start.map((value, axis) => scale * (value + along * (end[axis]! - value)));
    const k = Math.ceil(FOUND_TIMES * count);
    const found = retriever.retrieve({ ...pool, tastes: { [model]: taste }, weights, k });
    const tracks = found.map((track) => seen.see(track, along));
    const worst = found.length < k ? Number.NEGATIVE_INFINITY : found.at(-1)!.score;
    searched[point] = { point, tracks, worst };
    return searched[point];
  }

  function sectionAt(point: number): Section {
    let [from, to] = [point, point];
    while (from > 0 && searched[from] === undefined) from--;
    // Nobody asked for what is before.
    if (searched[from] === undefined) from = point;
    const left = search(from);
    while (to < points - 1 && searched[to] === undefined) to++;
    const right = search(to);
    if (section?.left !== left || section.right !== right) {
      section = { left, right, tracks: [...new Set([...left.tracks, ...right.tracks])] };
    }
    return section;
  }

  return (point) => {
    for (;;) {
      const { left, right, tracks } = sectionAt(point);
      const least = worstBetween(left, right, point);
      const near = seen.nearest(tracks, { along: alongAt(point), least });
      if (near.length >= count || least === Number.NEGATIVE_INFINITY) return near;
      search((left.point + right.point) >> 1);
    }
  };
}

interface Searched {
  readonly point: number;
  readonly tracks: readonly SeenTrack[];
  /** No other track scores above it. */
  readonly worst: number;
}

/** The points between two that were searched, and what these found. */
interface Section {
  readonly left: Searched;
  readonly right: Searched;
  /** In the order of the point that was asked for last: that of the next is hardly another. */
  readonly tracks: SeenTrack[];
}

function worstBetween(left: Searched, right: Searched, point: number): number {
  // Beyond what one of them found there may be nothing.
  const worst = Math.min(left.worst, right.worst);
  if (left === right || worst === Number.NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const part = (point - left.point) / (right.point - left.point);
  return (1 - part) * left.worst + part * right.worst;
}

function seenTracks(served: Pick<ServedTracks, "vectorOf">, { model, start, end, scale }: Line) {
  const known = new Map<TrackIndex, SeenTrack>();
  const [fromStart, between, fromEnd] = [dot(start, start), dot(start, end), dot(end, end)];

  function see({ index, score }: RetrievedTrack, along: number): SeenTrack {
    const before = known.get(index);
    if (before !== undefined) return before;
    const vector = served.vectorOf(model, index)!;
    const [atStart, atEnd] = [dot(start, vector), dot(end, vector)];
    const length = Math.sqrt(dot(vector, vector)) || 1;
    const bias = score - scale * ((1 - along) * atStart + along * atEnd);
    const track = { index, atStart, atEnd, length, bias, cosine: 0 };
    known.set(index, track);
    return track;
  }

  /** Those of `tracks` that score `least` or more for the point, by whose cosines it sorts them. */
  function nearest(tracks: SeenTrack[], { along, least }: { along: number; least: number }) {
    const before = 1 - along;
    const squared = before ** 2 * fromStart + 2 * before * along * between + along ** 2 * fromEnd;
    const length = Math.sqrt(squared) || 1;
    for (const track of tracks) {
      const product = before * track.atStart + along * track.atEnd;
      track.cosine = Math.fround(product / (length * track.length));
    }
    tracks.sort((one, other) => other.cosine - one.cosine || one.index - other.index);
    const near: Candidate[] = [];
    for (const { index, atStart, atEnd, bias, cosine } of tracks) {
      const score = Math.fround(scale * (before * atStart + along * atEnd) + bias);
      if (score < least) continue;
      const parts = { ...NO_WEIGHTS, [model]: score };
      near.push({ index, score: cosine, parts, skips: 0, adjustment: 0 });
    }
    return near;
  }

  return { see, nearest };
}

/** A track that a search found. */
interface SeenTrack {
  readonly index: TrackIndex;
  /** The vector's dot products with the ends of the line, and its length. */
  readonly atStart: number;
  readonly atEnd: number;
  readonly length: number;
  /** What its score has beside. */
  readonly bias: number;
  /** With the point that was asked for last. */
  cosine: number;
}
