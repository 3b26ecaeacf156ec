import { type Chance, drawWeighted } from "./chance.ts";
import { fit } from "./taste-space.ts";
import type { World } from "./world.ts";
import { WORLD_RULES as RULES } from "./world-rules.ts";

/** Every artist has a radio station of the tracks nearest to them, weighed against popularity. It
 *  is made when it is first heard, since each one looks at every track. */
export function makeStations(world: Pick<World, "tracks" | "artists">): World["stationTracks"] {
  const stations = new Map<number, readonly number[]>();
  return (artist) => {
    const station = stations.get(artist) ?? nearestTracks(world, artist);
    stations.set(artist, station);
    return station;
  };
}

function nearestTracks(world: Pick<World, "tracks" | "artists">, artist: number): number[] {
  const { direction } = world.artists[artist]!;
  const keys = world.tracks.map(
    (track) =>
      RULES.stationSharpness * fit(track.direction, direction) +
      RULES.choicePopularity * Math.log(track.popularity),
  );
  const order = keys.map((_, index) => index).sort((a, b) => keys[b]! - keys[a]! || a - b);
  return order.slice(0, RULES.stationTracks);
}

/** Plays each track of a station once, from one finished track to one like it: a skip leads it back
 *  to what was liked. */
export function playStation(
  world: World,
  chance: Chance,
  options: { artist: number; plays: number },
): (lastFinished: number | undefined) => number | undefined {
  const left = [...world.stationTracks(options.artist)];
  let plays = options.plays;
  return (lastFinished) => {
    if (plays-- <= 0 || left.length === 0) return undefined;
    const from =
      lastFinished === undefined ? world.artists[options.artist] : world.tracks[lastFinished];
    const weights = left.map((track) =>
      Math.exp(RULES.stationSharpness * fit(world.tracks[track]!.direction, from!.direction)),
    );
    return left.splice(drawWeighted(chance, weights), 1)[0];
  };
}
