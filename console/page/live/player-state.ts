import type {
  BlendWeights,
  LogPosition,
  NextTracks,
  RecommendedTrack,
  Taste,
} from "../wire/messages.ts";
import { leftCount, type Movement, movementsOf } from "./movements.ts";

/** The tracks on show; the others are known so that a newcomer's way can be told. */
export const SHOWN_TRACKS = 12;
export const KNOWN_TRACKS = 200;
/** The catalogue's own lengths are not part of a list. */
export const TRACK_MS = 200_000;

/** What was done to the track that played. */
export type Act = "skipped" | "finished" | "liked";

/** A simulated player: what plays, what would come next, and what the last act did to that. */
export interface PlayerState {
  readonly session: string | undefined;
  readonly current: RecommendedTrack | undefined;
  readonly positionMs: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** An act is on its way; the next one waits. */
  readonly isBusy: boolean;
  readonly next: NextTracks | undefined;
  readonly movements: ReadonlyMap<string, Movement>;
  readonly taste: Taste | undefined;
  readonly lastAct: LastAct | undefined;
  readonly skippedTitle: string | undefined;
  /** Undefined for the bundle's own. */
  readonly blend: BlendWeights | undefined;
  readonly excluded: readonly RecommendedTrack[];
  readonly excludeHeard: number;
  readonly wishes: ListWishes;
  /** What this page wrote last, so that news from elsewhere can be told from its own. */
  readonly written: LogPosition | undefined;
  readonly trouble: string | undefined;
}

/** What may be in a list, besides what is kept out track by track. */
export interface ListWishes {
  /** An expression of the Common Expression Language over a track; empty lets all pass. */
  readonly filter: string;
  readonly onePerArtist: boolean;
  readonly unheardOnly: boolean;
}

export interface LastAct {
  readonly act: Act | "heard";
  readonly title: string;
  /** From the click until the new list was there. */
  readonly tookMs: number;
  /** Tracks that are no longer among those on show. */
  readonly left: number;
}

export const NO_PLAYER: PlayerState = {
  session: undefined,
  current: undefined,
  positionMs: 0,
  isPlaying: false,
  speed: 10,
  isBusy: false,
  next: undefined,
  movements: new Map(),
  taste: undefined,
  lastAct: undefined,
  skippedTitle: undefined,
  blend: undefined,
  excluded: [],
  excludeHeard: 8,
  wishes: { filter: "", onePerArtist: false, unheardOnly: false },
  written: undefined,
  trouble: undefined,
};

/** A new list is there. With `advance` its first track begins to play and leaves the list. */
export function withList(
  state: PlayerState,
  list: NextTracks,
  { advance }: { readonly advance: boolean },
): PlayerState {
  const [first, ...rest] = list.tracks;
  const current = advance ? first : state.current;
  const tracks = advance ? rest : list.tracks.filter(({ track }) => track !== current?.track);
  const before = idsOf(state.next);
  const next = { ...list, tracks };
  const isSame = shownOf(before) === shownOf(idsOf(next));
  return {
    ...state,
    current,
    positionMs: advance ? 0 : state.positionMs,
    next,
    // A list that is only confirmed goes on telling what moved it last.
    movements: isSame || before.length === 0 ? state.movements : movementsOf(before, idsOf(next)),
    trouble: undefined,
  };
}

export function leftSince(before: PlayerState, after: PlayerState): number {
  const played = after.current?.track;
  const known = idsOf(before.next).filter((track) => track !== played);
  return leftCount(known, idsOf(after.next), SHOWN_TRACKS);
}

export function titleOf({ track, details }: Pick<RecommendedTrack, "track" | "details">): string {
  return details?.title || track;
}

function shownOf(tracks: readonly string[]): string {
  return tracks.slice(0, SHOWN_TRACKS).join("\n");
}

function idsOf(next: NextTracks | undefined): string[] {
  return next?.tracks.map(({ track }) => track) ?? [];
}
