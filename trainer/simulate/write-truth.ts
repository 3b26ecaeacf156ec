import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeLines } from "../../core/log-folder/line-file.ts";
import type { Play } from "./listen.ts";
import type { Listener } from "./listeners.ts";
import type { Direction } from "./taste-space.ts";
import type { World } from "./world.ts";
import { GENRES, MOODS, RUN_KINDS, WORLD_RULES } from "./world-rules.ts";

const TRUTH_FORMAT = "segue.truth/1";
const EVENT_COLUMNS = ["event_id", "skip_probability", "fit", "mood"] as const;

/** The truth under way: what a model may be measured against and must never be trained on. */
export interface TruthWriter {
  /** In the order of the log's events. */
  event(play: Play): Promise<void>;
  /** Writes rules, tracks and listeners, and completes every file. */
  close(world: World, listeners: readonly Listener[]): Promise<void>;
  abandon(): Promise<void>;
}

/** Writes beside the log's own files; `docs/simulated-world.md` describes them. */
export async function writeTruth(
  folder: string,
  size: Readonly<Record<string, number>>,
): Promise<TruthWriter> {
  const events = writeLines(join(folder, "truth-events.tsv.gz"));
  await events.write(EVENT_COLUMNS.join("\t"));
  return {
    event: ({ event, skipProbability, fit, mood }) =>
      events.write(
        `${event.eventId}\t${skipProbability.toFixed(6)}\t${fit.toFixed(6)}\t${MOODS[mood]!.name}`,
      ),
    close: async (world, listeners) => {
      await events.close();
      await writeTracks(folder, world);
      await writeListeners(folder, world, listeners);
      await writeFile(
        join(folder, "truth.json"),
        `${JSON.stringify(rules(world, size), null, 1)}\n`,
      );
    },
    abandon: () => events.close(),
  };
}

async function writeTracks(folder: string, world: World): Promise<void> {
  const file = writeLines(join(folder, "truth-tracks.jsonl.gz"));
  for (const { id, direction, popularity } of world.tracks) {
    await file.write(JSON.stringify({ track: id, direction: numbers(direction), popularity }));
  }
  await file.close();
}

async function writeListeners(
  folder: string,
  world: World,
  listeners: readonly Listener[],
): Promise<void> {
  const file = writeLines(join(folder, "truth-listeners.jsonl.gz"));
  for (const listener of listeners) {
    const followed = [...listener.followedPlaylists].map((index) => world.playlists[index]!.id);
    const line = {
      listener: listener.id,
      taste_first: numbers(listener.firstTaste),
      taste_last: numbers(listener.taste),
      skip_bias: listener.skipBias,
      sessions_per_day: listener.sessionsPerDay,
      chronotype_hours: listener.chronotypeHours,
      mood_preferences: listener.moodPreferences,
      shuffles: listener.shuffles,
      followed_playlists: followed,
    };
    await file.write(JSON.stringify(line));
  }
  await file.close();
}

function rules(world: World, size: Readonly<Record<string, number>>) {
  const named = (directions: readonly Direction[]) => (one: { name: string }, index: number) => ({
    ...one,
    direction: numbers(directions[index]!),
  });
  return {
    format: TRUTH_FORMAT,
    ...size,
    rules: WORLD_RULES,
    runs: RUN_KINDS,
    genres: GENRES.map((name) => ({ name })).map(named(world.genres)),
    moods: MOODS.map(named(world.moods)),
    playlists: world.playlists.map(({ id, title, tracks, direction }) => ({
      id,
      title,
      tracks: tracks.map((track) => world.tracks[track]!.id),
      direction: numbers(direction),
    })),
  };
}

function numbers(direction: Direction): number[] {
  return Array.from(direction, (value) => Number(value.toFixed(6)));
}
