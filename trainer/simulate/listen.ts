import type { EventId, ListenerId, SessionId, TrackId } from "../../core/domain/ids.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { type Chance, drawRunLength } from "./chance.ts";
import type { Listener } from "./listeners.ts";
import { chooseRun, type Run } from "./runs.ts";
import { drawMood } from "./session-times.ts";
import { skipProbability, skippedFraction } from "./skip-rule.ts";
import { blend, type Direction, fit } from "./taste-space.ts";
import type { Track, World } from "./world.ts";
import { DEVICES, MOODS, WORLD_RULES as RULES } from "./world-rules.ts";

/** An event with what nobody but the world knows of it. */
export interface Play {
  readonly event: ListeningEvent;
  readonly skipProbability: number;
  /** Cosine of the track and what the session wanted then. */
  readonly fit: number;
  /** Index of the session's mood. */
  readonly mood: number;
}

/** One session from its first play to its end; the listener remembers it. */
export function listen(world: World, listener: Listener, startMs: number): Play[] {
  const { chance } = listener;
  const session = `${listener.id}-${listener.sessions++}` as SessionId;
  const plays: Play[] = [];
  const length = Math.min(
    RULES.playsPerSessionMax,
    drawRunLength(chance, RULES.playsPerSessionMean),
  );
  let desire = newDesire(world, listener, drawMood(listener, startMs));
  const device = drawDevice(chance, desire.mood);
  let run = chooseRun(world, listener, desire.wanted);
  let lastFinished: number | undefined;
  let streak = 0;
  let atMs = startMs;
  while (plays.length < length) {
    const track = run.next(lastFinished);
    if (track === undefined) {
      run = chooseRun(world, listener, desire.wanted);
      continue;
    }
    const hearing = hear(world, listener, { track, run, streak, wanted: desire.wanted });
    atMs += Math.floor(chance.uniform() * RULES.pauseBetweenPlaysMaxMs) + hearing.playedMs;
    const event = makeEvent(listener, {
      session,
      track: world.tracks[track]!,
      run,
      device,
      atMs,
      hearing,
    });
    plays.push({ event, ...hearing, mood: desire.mood });
    remember(listener, track, hearing.skipped);
    streak = hearing.skipped ? streak + 1 : 0;
    if (!hearing.skipped) lastFinished = track;
    if (streak >= RULES.skipsBeforeLeaving && chance.uniform() < RULES.leaveChance) {
      // So many skips say that the session wants something else now.
      desire = newDesire(world, listener, chance.below(MOODS.length));
      run = chooseRun(world, listener, desire.wanted);
      lastFinished = undefined;
    }
  }
  listener.quietSinceMs = atMs;
  return plays;
}

function newDesire(world: World, listener: Listener, mood: number) {
  return { mood, wanted: wantedIn(world, listener, mood) };
}

/** What a session of a listener wants in a mood, by its index. */
export function wantedIn(world: World, { taste }: Listener, mood: number): Direction {
  return blend([
    [RULES.tasteWeight, taste],
    [1 - RULES.tasteWeight, world.moods[mood]!],
  ]);
}

/** Mostly the mood's own device. */
function drawDevice(chance: Chance, mood: number): string {
  return chance.uniform() < 0.7 ? MOODS[mood]!.device : DEVICES[chance.below(DEVICES.length)]!;
}

type Hearing = ReturnType<typeof hear>;

function hear(
  world: World,
  listener: Listener,
  play: { track: number; run: Run; streak: number; wanted: Float64Array },
) {
  const { chance } = listener;
  const { direction, lengthMs } = world.tracks[play.track]!;
  const fits = fit(direction, play.wanted);
  const probability = skipProbability({
    fit: fits,
    bias: listener.skipBias,
    run: play.run.kind,
    heardRecently: listener.heard.includes(play.track),
    streak: play.streak,
  });
  const skipped = chance.uniform() < probability;
  const fraction = skipped ? skippedFraction(chance, fits) : 1;
  const playedMs = Math.round(lengthMs * fraction);
  return { skipped, skipProbability: probability, fit: fits, playedMs };
}

function makeEvent(
  listener: Listener,
  play: {
    session: SessionId;
    track: Track;
    run: Run;
    device: string;
    atMs: number;
    hearing: Hearing;
  },
): ListeningEvent {
  return {
    eventId: `${listener.id}:${listener.events++}` as EventId,
    listener: listener.id as ListenerId,
    session: play.session,
    track: play.track.id as TrackId,
    happenedAtMs: play.atMs,
    kind: play.hearing.skipped ? "skipped" : "finished",
    playedMs: play.hearing.playedMs,
    trackMs: play.track.lengthMs,
    contextKind: play.run.kind,
    contextId: play.run.contextId,
    shuffle: play.run.shuffle,
    device: play.device,
    recommendationId: "",
  };
}

function remember(listener: Listener, track: number, skipped: boolean): void {
  const { heard, library, chance } = listener;
  heard.push(track);
  if (heard.length > RULES.skip.heardRecently) heard.shift();
  if (skipped) return;
  const plays = library.get(track);
  if (plays !== undefined) library.set(track, plays + 1);
  else if (chance.uniform() < RULES.keepChance) library.set(track, 1);
  // A map keeps the order of insertion: the favourite of longest standing makes room.
  if (library.size > RULES.libraryTracksMax) library.delete(library.keys().next().value!);
}
