import type { LogFolderHeader } from "../../core/log-folder/log-folder.ts";
import { type LogFolderWriter, writeLogFolder } from "../../core/log-folder/write-log-folder.ts";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import { listen, type Play } from "./listen.ts";
import { driftTaste, type Listener, makeListeners } from "./listeners.ts";
import { makeWorld } from "./make-world.ts";
import { DAY_MS, sessionStarts } from "./session-times.ts";
import type { World } from "./world.ts";
import { GENRES, WORLD_RULES as RULES } from "./world-rules.ts";
import { type TruthWriter, writeTruth } from "./write-truth.ts";

export interface SimulateOptions {
  readonly listeners: number;
  readonly tracks: number;
  readonly days: number;
  readonly seed: number;
  /** The log folder to write. */
  readonly out: string;
  readonly signal?: AbortSignal;
  /** Days of listening done, over all listeners, and days in all. */
  readonly progress?: (done: number, total: number) => void;
}

/** Lets a world of listeners hear music for some days, and writes its log, catalogue and truth to a
 *  folder. The same options make the same bytes. `docs/simulated-world.md` states the model. Throws
 *  the signal's reason when it is raised; then no folder is left. */
export async function simulate(options: SimulateOptions): Promise<LogFolderHeader> {
  const { listeners, tracks, days, seed } = options;
  const size = { listeners, tracks, days, seed };
  const name = `simulated world of seed ${seed}`;
  const madeBy = { simulate: size };
  const writer = await writeLogFolder(options.out, { name, clock: "real", madeBy });
  const truth = await writeTruth(options.out, size);
  try {
    const world = makeWorld({ seed, tracks });
    for (const track of catalogue(world)) await writer.catalogue(track);
    const everyone = makeListeners(world, { seed, listeners });
    await liveThroughDays(world, everyone, { writer, truth, options });
    await truth.close(world, everyone);
  } catch (error) {
    await truth.abandon();
    await writer.abandon();
    throw error;
  }
  return writer.close();
}

function* catalogue(world: World): Generator<CatalogueEvent> {
  for (const track of world.tracks) {
    const artist = world.artists[track.artist]!;
    const album = world.albums[track.album]!;
    yield CatalogueEvent.fromPartial({
      track: track.id,
      title: track.title,
      artists: [{ id: artist.id, name: artist.title }],
      album: { id: album.id, title: album.title },
      genres: [GENRES[track.genre]!],
      trackMs: track.lengthMs,
      releaseDate: album.releaseDate,
    });
  }
}

/** Day by day, so that only one day's events and those past midnight are in memory. */
async function liveThroughDays(
  world: World,
  everyone: readonly Listener[],
  { writer, truth, options }: Under,
): Promise<void> {
  const { days, signal, progress } = options;
  const open: Play[] = [];
  for (let day = 0; day < days; day++) {
    const dayMs = RULES.firstDayMs + day * DAY_MS;
    for (const listener of everyone) open.push(...liveThroughDay(world, listener, dayMs));
    open.sort((one, other) => one.event.happenedAtMs - other.event.happenedAtMs);
    const isLast = day === days - 1;
    // What happened before midnight is complete; tomorrow's plays come after it.
    const untilMs = isLast ? Number.POSITIVE_INFINITY : dayMs + DAY_MS;
    const done = open.findIndex(({ event }) => event.happenedAtMs >= untilMs);
    for (const play of open.splice(0, done === -1 ? open.length : done)) {
      await writer.event(play.event);
      await truth.event(play);
    }
    progress?.((day + 1) * everyone.length, days * everyone.length);
    signal?.throwIfAborted();
  }
}

interface Under {
  readonly writer: LogFolderWriter;
  readonly truth: TruthWriter;
  readonly options: SimulateOptions;
}

function liveThroughDay(world: World, listener: Listener, dayMs: number): Play[] {
  driftTaste(listener);
  const plays: Play[] = [];
  for (const startMs of sessionStarts(listener, dayMs)) {
    if (startMs < listener.quietSinceMs + RULES.silenceBetweenSessionsMs) continue;
    plays.push(...listen(world, listener, startMs));
  }
  return plays;
}
