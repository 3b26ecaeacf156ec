import type { ContextKind } from "../../core/domain/listening-event.ts";
import { type Chance, drawRunLength, drawWeighted } from "./chance.ts";
import type { Listener } from "./listeners.ts";
import { playStation } from "./stations.ts";
import { type Direction, fit } from "./taste-space.ts";
import type { Collection, World } from "./world.ts";
import { WORLD_RULES as RULES, RUN_KINDS, type RunKind } from "./world-rules.ts";

/** A run of plays out of one context. */
export interface Run {
  readonly kind: RunKind;
  readonly context: ContextKind;
  readonly contextId: string;
  readonly shuffle: boolean;
  /** The next track, given the last finished one; undefined where the run is at its end. */
  next(lastFinished: number | undefined): number | undefined;
}

const KINDS = Object.keys(RUN_KINDS) as RunKind[];
const SHARES = KINDS.map((kind) => RUN_KINDS[kind].share);

/** Chooses where the next plays come from, by what the session wants. */
export function chooseRun(world: World, listener: Listener, wanted: Direction): Run {
  const { chance } = listener;
  const kind = KINDS[drawWeighted(chance, SHARES)]!;
  const plays = drawRunLength(chance, RUN_KINDS[kind].plays);
  const run = { kind, context: kind, contextId: "", shuffle: false } as const;
  switch (kind) {
    case "playlist":
      return playlistRun(world, listener, { wanted, plays });
    case "album": {
      const album = world.albums[choose(chance, world.albums, wanted)]!;
      return { ...run, contextId: album.id, next: inOrder(album.tracks, plays) };
    }
    case "artist": {
      const artist = world.artists[choose(chance, world.artists, wanted)]!;
      return { ...run, contextId: artist.id, next: inOrder(artist.tracks, plays) };
    }
    case "radio": {
      const artist = choose(chance, world.artists, wanted);
      const contextId = `station-${world.artists[artist]!.id}`;
      return { ...run, contextId, next: playStation(world, chance, { artist, plays }) };
    }
    case "search":
      return { ...run, next: inOrder([searchTrack(world, chance, wanted)], plays) };
    case "library": {
      const tracks = libraryTracks(world, listener, { wanted, plays });
      return { ...run, shuffle: listener.shuffles, next: inOrder(tracks, plays) };
    }
    case "chart":
      return { ...run, contextId: "top", next: inOrder(world.chart, plays) };
  }
}

/** The chance of a collection rises with its fit and its popularity. */
function choose(chance: Chance, from: readonly Collection[], wanted: Direction): number {
  return drawWeighted(
    chance,
    from.map((one) => appeal(one, wanted)),
  );
}

function appeal(one: Pick<Collection, "direction" | "popularity">, wanted: Direction): number {
  const popularity = one.popularity ** RULES.choicePopularity;
  return Math.exp(RULES.choiceSharpness * fit(one.direction, wanted)) * popularity;
}

function inOrder(tracks: readonly number[], plays: number): Run["next"] {
  let played = 0;
  return () => (played < plays ? tracks[played++] : undefined);
}

/** Goes on where this listener left the playlist, or anywhere where they shuffle. */
function playlistRun(
  world: World,
  listener: Listener,
  options: { wanted: Direction; plays: number },
): Run {
  const { chance, playlistPositions } = listener;
  const weights = world.playlists.map((playlist, index) => {
    const followed = listener.followedPlaylists.has(index) ? RULES.followedFactor : 1;
    return followed * appeal(playlist, options.wanted);
  });
  const index = drawWeighted(chance, weights);
  const { id, tracks } = world.playlists[index]!;
  const shuffle = listener.shuffles && chance.uniform() < 0.5;
  let left = options.plays;
  const next = () => {
    if (left-- <= 0) return undefined;
    if (shuffle) return tracks[chance.below(tracks.length)];
    const position = playlistPositions.get(index) ?? 0;
    playlistPositions.set(index, (position + 1) % tracks.length);
    return tracks[position];
  };
  return { kind: "playlist", context: "playlist", contextId: id, shuffle, next };
}

/** Of some tracks that come to mind, the one that fits best by chance. */
function searchTrack(world: World, chance: Chance, wanted: Direction): number {
  const candidates = Array.from({ length: RULES.searchCandidates }, () =>
    chance.below(world.tracks.length),
  );
  const weights = candidates.map((track) => appeal(world.tracks[track]!, wanted));
  return candidates[drawWeighted(chance, weights)]!;
}

/** Own favourites in the order of a draw without putting back (Gumbel, as in `make-world.ts`). */
function libraryTracks(
  world: World,
  listener: Listener,
  options: { wanted: Direction; plays: number },
): number[] {
  const keyed = [...listener.library].map(([track, plays]) => {
    const gumbel = -Math.log(-Math.log(listener.chance.uniform() || Number.MIN_VALUE));
    const fits = RULES.choiceSharpness * fit(world.tracks[track]!.direction, options.wanted);
    return { track, key: Math.log(plays) + fits + gumbel };
  });
  keyed.sort((one, other) => other.key - one.key || one.track - other.track);
  return keyed.slice(0, options.plays).map(({ track }) => track);
}
