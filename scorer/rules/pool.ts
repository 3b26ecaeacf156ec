import type { TrackHash, TrackId, TrackIndex } from "../../core/domain/ids.ts";
import type { ListenerRecord } from "../../core/state/listener-record.ts";
import type { LiveCatalogue } from "../catalogue/live-catalogue.ts";
import type { ServedTracks } from "../catalogue/new-tracks/served-tracks.ts";
import { countTracks, intersect } from "../retrieval/bit-counts.ts";
import { addTrack, hasTrack, noTracks, type TrackBits } from "../retrieval/track-bits.ts";

/** Which tracks may be in a list at all, wherever they would stand. */
export interface Pool {
  /** Absent where only `excluded` keeps tracks out. */
  readonly allowed?: TrackBits;
  /** What is kept out beside; empty where `allowed` says all. */
  readonly excluded: ReadonlySet<TrackIndex>;
  readonly size: number;
  /** Rule by rule, in the order in which they were asked. */
  readonly steps: readonly PoolStep[];
}

/** What a rule left of the tracks that it was asked of. */
export interface PoolStep {
  readonly rule: PoolRule | ListRule;
  readonly before: number;
  readonly after: number;
}

export type PoolRule =
  | "candidates"
  | "withdrawn"
  | "market"
  | "filter"
  | "attributes"
  | "excluded"
  | "earlier_pages"
  | "path"
  | "disliked"
  | "just_heard"
  | "heard_lately";

/** Rules that depend on what else is in the list. */
export type ListRule =
  | "near_duplicate"
  | "per_artist"
  | "per_album"
  | "unheard_share"
  | "long_tail_share";

export interface PoolWishes {
  readonly candidates?: readonly TrackId[] | undefined;
  readonly excludeTracks?: readonly TrackId[] | undefined;
  readonly earlierPages?: readonly TrackHash[] | undefined;
  /** Out of the list, because a path begins there. */
  readonly from?: TrackId | undefined;
  /** Whether disliked tracks may be in the list. */
  readonly keepsDisliked?: boolean | undefined;
  /** How many different tracks, the last ones heard, stay out. */
  readonly excludeHeard: number;
  /** Tracks that were heard at this time or later stay out. */
  readonly notHeardSinceMs?: number | undefined;
  readonly market?: string | undefined;
  readonly filter?: string | undefined;
  /** A filter too, of the attributes' ranges. */
  readonly ranges?: string | undefined;
}

type Known = Pick<ServedTracks, "indexOf" | "indexOfHash" | "end" | "size">;
type Heard = Pick<ListenerRecord, "recent" | "disliked">;

/** The pool of a list. Rules that name few tracks cost what those cost; what looks at the whole
 *  catalogue is a set that stands ready. Throws `bad_request` for a filter that is none. */
export async function openPool(
  { live }: { readonly live: LiveCatalogue },
  heard: Heard | undefined,
  wishes: PoolWishes,
): Promise<Pool> {
  await live.upToDateSoon();
  const sets = await standingSets(live, wishes);
  const { tracks } = live;
  const pool = newPool(tracks);
  const { candidates, excludeTracks = [], earlierPages = [], from } = wishes;
  if (candidates !== undefined) pool.keepOnly("candidates", setOf(tracks, candidates));
  for (const [rule, bits] of sets) pool.keepOnly(rule, bits);
  pool.takeOut("withdrawn", live.withdrawn);
  pool.takeOut("excluded", known(excludeTracks, tracks.indexOf));
  pool.takeOut("earlier_pages", known(earlierPages, tracks.indexOfHash));
  pool.takeOut("path", known(from === undefined ? [] : [from], tracks.indexOf));
  const { recent = [], disliked = [] } = heard ?? {};
  if (!wishes.keepsDisliked) pool.takeOut("disliked", known(disliked, tracks.indexOfHash));
  pool.takeOut("just_heard", known(lastHeard(recent, wishes.excludeHeard), tracks.indexOfHash));
  const { notHeardSinceMs = Number.POSITIVE_INFINITY } = wishes;
  const lately = recent.filter(({ happenedAtMs }) => happenedAtMs >= notHeardSinceMs);
  pool.takeOut(
    "heard_lately",
    known(
      lately.map(({ track }) => track),
      tracks.indexOfHash,
    ),
  );
  return pool.done();
}

/** All of them are awaited before any is read, so that they are of one catalogue. */
async function standingSets(
  live: LiveCatalogue,
  { market, filter, ranges }: PoolWishes,
): Promise<readonly (readonly [PoolRule, TrackBits])[]> {
  const inMarket = market && `size(track.markets) == 0 || "${market}" in track.markets`;
  const filters = [
    ["market", inMarket],
    ["filter", filter],
    ["attributes", ranges],
  ] as const;
  const asked = filters.flatMap(([rule, text]) => (text ? [[rule, text] as const] : []));
  if (asked.length === 0) return [];
  await live.upToDate();
  const sets: (readonly [PoolRule, TrackBits])[] = [];
  for (const [rule, text] of asked) {
    sets.push([rule, (await live.sets.passing(text, rule)).bits]);
  }
  return sets;
}

function newPool(tracks: Known) {
  const count = tracks.end();
  let allowed: TrackBits | undefined;
  const excluded = new Set<TrackIndex>();
  let size = tracks.size();
  const steps: PoolStep[] = [];

  const note = (rule: PoolRule, after: number) => {
    steps.push({ rule, before: size, after });
    size = after;
  };
  return {
    keepOnly(rule: PoolRule, bits: TrackBits): void {
      if (allowed === undefined) {
        allowed = bits.slice(0, Math.ceil(count / 32));
        const surplus = count % 32;
        if (surplus !== 0) allowed[allowed.length - 1]! &= 2 ** surplus - 1;
        note(rule, countTracks(allowed));
      } else {
        note(rule, intersect(allowed, bits));
      }
    },
    takeOut(rule: PoolRule, rows: Iterable<TrackIndex>): void {
      let after = size;
      for (const row of rows) {
        if (allowed === undefined) {
          if (excluded.has(row)) continue;
          excluded.add(row);
        } else {
          if (!hasTrack(allowed, row)) continue;
          allowed[row >>> 5]! &= ~(1 << (row & 31));
        }
        after -= 1;
      }
      if (after !== size) note(rule, after);
    },
    done: (): Pool => ({ ...(allowed && { allowed }), excluded, size, steps }),
  };
}

/** Tracks that are neither the bundle's nor new ones cannot be in a list. */
function* known<T>(
  tracks: Iterable<T>,
  indexOf: (track: T) => TrackIndex | undefined,
): Iterable<TrackIndex> {
  for (const track of tracks) {
    const index = indexOf(track);
    if (index !== undefined) yield index;
  }
}

function setOf({ end, indexOf }: Known, tracks: readonly TrackId[]): TrackBits {
  const bits = noTracks(end());
  for (const index of known(tracks, indexOf)) addTrack(bits, index);
  return bits;
}

function lastHeard(recent: Heard["recent"], limit: number): Set<TrackHash> {
  const tracks = new Set<TrackHash>();
  for (let at = recent.length - 1; at >= 0 && tracks.size < limit; at--) {
    tracks.add(recent[at]!.track);
  }
  return tracks;
}
