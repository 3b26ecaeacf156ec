import { type Chance, drawWeighted, seededChance } from "./chance.ts";
import { blend, type Direction, fit, near } from "./taste-space.ts";
import type { World } from "./world.ts";
import { WORLD_RULES as RULES } from "./world-rules.ts";

/** Someone who listens. Taste, library and what was heard change as they listen. */
export interface Listener {
  readonly id: string;
  /** Decides everything that this listener does. */
  readonly chance: Chance;
  taste: Direction;
  readonly firstTaste: Direction;
  /** Added to the logit of every skip chance. */
  readonly skipBias: number;
  readonly sessionsPerDay: number;
  /** Hours by which this listener's day is later than others'. */
  readonly chronotypeHours: number;
  /** By mood. */
  readonly moodPreferences: readonly number[];
  readonly shuffles: boolean;
  readonly followedPlaylists: ReadonlySet<number>;
  /** Plays of own favourites, by track. */
  readonly library: Map<number, number>;
  /** Where each playlist goes on, by playlist. */
  readonly playlistPositions: Map<number, number>;
  /** The last tracks that were heard or skipped, oldest first. */
  readonly heard: number[];
  sessions: number;
  events: number;
  /** The end of the last session, milliseconds since 1970-01-01 UTC. */
  quietSinceMs: number;
}

export function makeListeners(world: World, options: { seed: number; listeners: number }) {
  const digits = String(options.listeners - 1).length;
  return Array.from({ length: options.listeners }, (_, index) => {
    const id = `l${String(index).padStart(digits, "0")}`;
    return makeListener(world, id, seededChance(options.seed, id));
  });
}

function makeListener(world: World, id: string, chance: Chance): Listener {
  const genre = () => world.genres[chance.below(world.genres.length)]!;
  const home = blend([
    [1, genre()],
    [0.6, genre()],
  ]);
  const taste = near(chance, home, RULES.artistSpread);
  const spread = RULES.sessionsPerDayDeviation;
  const activity = Math.exp(spread * chance.normal() - (spread * spread) / 2);
  return {
    id,
    chance,
    taste,
    firstTaste: taste,
    skipBias: RULES.skip.biasDeviation * chance.normal(),
    sessionsPerDay: Math.min(RULES.sessionsPerDayMax, RULES.sessionsPerDay * activity),
    chronotypeHours: Math.round((2 * chance.uniform() - 1) * RULES.chronotypeHoursMax),
    moodPreferences: world.moods.map(() =>
      Math.exp(RULES.moodPreferenceDeviation * chance.normal()),
    ),
    shuffles: chance.uniform() < 0.35,
    followedPlaylists: drawPlaylists(world, chance, taste),
    library: drawLibrary(world, chance, taste),
    playlistPositions: new Map(),
    heard: [],
    sessions: 0,
    events: 0,
    quietSinceMs: 0,
  };
}

/** A night's drift: a little of the taste gives way to chance. */
export function driftTaste(listener: Listener): void {
  const spread = Math.sqrt(1 - RULES.tasteKept ** 2);
  listener.taste = near(listener.chance, listener.taste, spread);
}

function drawPlaylists(world: World, chance: Chance, taste: Direction): Set<number> {
  const weights = world.playlists.map(
    ({ direction, popularity }) =>
      Math.exp(RULES.choiceSharpness * fit(direction, taste)) * popularity,
  );
  const draws = Array.from({ length: RULES.followedPlaylists }, () =>
    drawWeighted(chance, weights),
  );
  return new Set(draws);
}

function drawLibrary(world: World, chance: Chance, taste: Direction): Map<number, number> {
  const library = new Map<number, number>();
  const weights = world.artists.map(
    ({ direction, popularity }) =>
      Math.exp(RULES.choiceSharpness * fit(direction, taste)) *
      popularity ** RULES.choicePopularity,
  );
  const least = Math.min(RULES.libraryTracksMin, world.tracks.length);
  for (let tries = 0; library.size < least && tries < 10 * least; tries++) {
    const { tracks } = world.artists[drawWeighted(chance, weights)]!;
    const track = tracks[Math.floor(tracks.length * chance.uniform() ** 2)]!;
    library.set(track, (library.get(track) ?? 0) + 1);
  }
  return library;
}
