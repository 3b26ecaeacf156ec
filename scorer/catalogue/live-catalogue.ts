import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Bundle } from "../../core/bundle/bundle.ts";
import type { CatalogueReader } from "../../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { TrackId, TrackIndex } from "../../core/domain/ids.ts";
import { addTrack, forEachTrack, removeTrack, type TrackBits } from "../retrieval/track-bits.ts";
import type { CatalogueColumns } from "./columns.ts";
import {
  type FollowedNewTracks,
  followNewTracks,
  type NewTrackParts,
} from "./new-tracks/follow-new-tracks.ts";
import type { NewTracks } from "./new-tracks/new-tracks.ts";
import {
  type CataloguedBundle,
  type ServedTracks,
  servedTracks,
} from "./new-tracks/served-tracks.ts";
import { openStandingSets, type StandingSets } from "./standing-sets.ts";

/** What the catalogue says of one bundle's tracks, and of tracks that the bundle does not know. */
export interface LiveCatalogue {
  readonly columns: CatalogueColumns;
  readonly sets: StandingSets;
  readonly tracks: ServedTracks;
  readonly fresh: NewTracks;
  /** Tracks of the bundle that must not be recommended. */
  readonly withdrawn: ReadonlySet<TrackIndex>;
  /** Takes over what was changed since it was last asked. The first time it waits for the whole
   *  catalogue to be read. */
  upToDate(): Promise<void>;
  /** The same for who need not know all: it does not wait for the whole catalogue. */
  upToDateSoon(): Promise<void>;
  /** How often the columns have changed. */
  version(): number;
}

export type ReadCatalogue = Omit<CatalogueReader, "close">;

/** So many tracks are taken over at once, about a millisecond of them; then others have their
 *  turn. */
const TRACKS_AT_ONCE = 100;
/** Where calls are answered by another scorer meanwhile, pieces are smaller, and the thread rests
 *  after each: one that is never idle gets its core late when others want it, too. */
const BESIDE = { tracksAtOnce: 50, pauseMs: 1 } as const;

export interface HowToFollow {
  /** There are no new tracks where it is absent. */
  readonly newTracks?: NewTrackParts;
  /** Whether another scorer answers calls until all is read. */
  readonly isBeside?: boolean;
}

/** Begins to read the catalogue, about a second for every 100,000 tracks, or three of them beside
 *  another scorer. Where it cannot be read, `notice` is told, and what was read before goes on
 *  counting. */
export function openLiveCatalogue(
  bundle: CataloguedBundle,
  catalogue: ReadCatalogue | undefined,
  notice: (failure: Failure) => void,
  { newTracks, isBeside = false }: HowToFollow = {},
): LiveCatalogue {
  const followed = followNewTracks(bundle, catalogue && newTracks);
  const { columns, fresh } = followed;
  const sets = openStandingSets(columns);
  let changes = 0;
  const withdrawn = new Set<TrackIndex>();
  const parts = { columns, sets, fresh, tracks: servedTracks(bundle, fresh), withdrawn };
  const versioned = { ...parts, version: () => changes };
  const nothing = async () => {};
  if (catalogue === undefined) {
    return { ...versioned, upToDate: nothing, upToDateSoon: nothing };
  }
  const changed = (rows: readonly TrackIndex[]) => {
    if (rows.length === 0) return;
    changes += 1;
    sets.refresh(rows);
  };
  const open: Open = { bundle, catalogue, followed, withdrawn, changed, isBeside };
  let version: number | undefined;
  let underWay: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      const news = version === undefined ? undefined : open.catalogue.changedSince(version);
      if (news === undefined) version = await takeAll(open);
      else version = (version ?? 0) + (await takeChanged(open, news));
    } catch (cause) {
      notice(new Failure("store_unavailable", "the catalogue cannot be read", { cause }));
    } finally {
      underWay = undefined;
    }
  }

  function upToDate(): Promise<void> {
    underWay ??= look();
    return underWay;
  }

  void upToDate();
  const upToDateSoon = () => (version === undefined ? nothing() : upToDate());
  return { ...versioned, upToDate, upToDateSoon };
}

interface Open {
  readonly bundle: Pick<Bundle, "indexOf">;
  readonly catalogue: ReadCatalogue;
  readonly followed: FollowedNewTracks;
  readonly withdrawn: Set<TrackIndex>;
  readonly changed: (rows: readonly TrackIndex[]) => void;
  readonly isBeside: boolean;
}

/** Returns the version up to which it has read for certain: what changes meanwhile is taken over
 *  again. New tracks wait until all is read: any track of it may be their kin. */
async function takeAll(open: Open): Promise<number> {
  const { bundle, catalogue, followed, withdrawn } = open;
  const version = catalogue.version();
  withdrawn.clear();
  for (const track of catalogue.withdrawn()) {
    const row = bundle.indexOf(track);
    if (row !== undefined) withdrawn.add(row);
  }
  const gone = heldRows(followed);
  const atOnce = open.isBeside ? BESIDE.tracksAtOnce : TRACKS_AT_ONCE;
  let after: TrackId | undefined;
  for (;;) {
    const page = catalogue.page(after, atOnce);
    if (page.length === 0) break;
    after = page.at(-1)!.track;
    const rows = take(
      open,
      page.map((track) => [track.track, track]),
    );
    for (const row of rows) removeTrack(gone, row);
    await (open.isBeside ? sleep(BESIDE.pauseMs) : nextTurn());
  }
  forget(open, gone);
  open.changed(await followed.settle());
  return version;
}

/** The rows that something is known of. */
function heldRows({ columns, fresh }: FollowedNewTracks): TrackBits {
  const rows = columns.known.slice();
  for (const row of fresh.held()) addTrack(rows, row);
  return rows;
}

function forget(open: Open, gone: TrackBits): void {
  const { columns } = open.followed;
  const ids: TrackId[] = [];
  forEachTrack(gone, columns.end(), "present", (row) => {
    const id = columns.idOf(row);
    if (id !== undefined) ids.push(id);
  });
  take(
    open,
    ids.map((id) => [id, undefined]),
  );
}

/** Returns how many changes there were. */
async function takeChanged(open: Open, changed: readonly TrackId[]): Promise<number> {
  const tracks = [...new Set(changed)];
  for (let at = 0; at < tracks.length; at += TRACKS_AT_ONCE) {
    if (at > 0) await nextTurn();
    const some = tracks.slice(at, at + TRACKS_AT_ONCE);
    for (const track of some) noteWithdrawal(open, track);
    take(
      open,
      some.map((track) => [track, open.catalogue.get(track)]),
    );
    open.changed(await open.followed.settle());
  }
  return changed.length;
}

function noteWithdrawal({ bundle, catalogue, withdrawn }: Open, track: TrackId): void {
  const row = bundle.indexOf(track);
  if (row === undefined) return;
  if (catalogue.isWithdrawn(track)) withdrawn.add(row);
  else withdrawn.delete(row);
}

/** Returns the rows that have changed. */
function take(
  { followed, changed }: Open,
  tracks: readonly (readonly [TrackId, CatalogueTrack | undefined])[],
): readonly TrackIndex[] {
  const rows = tracks.flatMap(([id, track]) => followed.take(id, track) ?? []);
  changed(rows);
  return rows;
}
