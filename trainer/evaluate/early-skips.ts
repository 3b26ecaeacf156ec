import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { BundleId, EventId, ListenerId, TrackId, TrackIndex } from "../../core/domain/ids.ts";
import { type ListeningEvent, stepsModels } from "../../core/domain/listening-event.ts";
import { recommend } from "../../scorer/recommend.ts";
import type { Scorer } from "../../scorer/scorer.ts";
import { startReplay } from "./ask-and-hear.ts";
import { type EarlySkipFigures, earlySkipFigures, type SkipCase } from "./early-skip-figures.ts";
import { readTrueDirections } from "./read-truth.ts";
import { eventsOfFolders, type ReplayedFolders } from "./replayed-folders.ts";

export interface EarlySkipOptions extends ReplayedFolders {
  readonly bundleFolder: string;
}

export interface EarlySkipEvaluation {
  readonly bundle_id: BundleId;
  /** What says which tracks are like the skipped one. */
  readonly likeness: "truth" | "bundle";
  readonly neighbours: number;
  /** The first track of the listener's list is skipped. */
  readonly listed: EarlySkipFigures;
  /** The track that came next in their session is skipped. */
  readonly followed: EarlySkipFigures;
}

/** Of each track, so many of the likest ones are looked at. */
const NEIGHBOURS = 20;
/** Before this event of each session, from 0, a listener is asked. */
const ASKED_BEFORE_EVENT = 2;
const FRACTION_SKIPPED = 0.05;
/** Where the log does not say how long the track is. */
const TRACK_MS = 200_000;

/** What one early skip does to the tracks that are like the skipped one: their mean rank over the
 *  whole catalogue before it, after it, and after the same track was heard to its end, in the
 *  replies that are served. One case for each session of the log folder that has a third event;
 *  the skips are steps of one reply alone (`pending`), so that the session goes on as it did.
 *
 *  Likeness is the cosine of true directions where the log folder holds a simulated world's truth,
 *  else that of the bundle's own vectors (`SimilarTracks`). */
export async function measureEarlySkips(options: EarlySkipOptions): Promise<EarlySkipEvaluation> {
  const bundle = await openBundle(options.bundleFolder);
  const runner = await createStepRunner(bundle);
  const replay = startReplay(
    { bundle, runner },
    { observe: () => undefined, asksWithoutLong: false },
  );
  const likest = await likestTracks(options.logFolder, replay.scorer);
  const cases = { listed: [] as SkipCase[], followed: [] as SkipCase[] };
  const heardInSession = new Map<ListenerId, number>();
  for await (const { event, asked } of eventsOfFolders(options)) {
    if (stepsModels(event.kind)) {
      const heard = replay.begins(event) ? 0 : (heardInSession.get(event.listener) ?? 0);
      heardInSession.set(event.listener, heard + 1);
      if (asked && heard === ASKED_BEFORE_EVENT) {
        const before = await ranking(replay.scorer, event);
        for (const [kind, track] of [
          ["listed", before[0]!],
          ["followed", bundle.indexOf(event.track)],
        ] as const) {
          const neighbours = track === undefined ? [] : await likest.of(track);
          if (track === undefined || neighbours.length === 0) continue;
          const after = (as: "skipped" | "finished") =>
            ranking(replay.scorer, event, [played(event, bundle.trackIds[track]!, as)]);
          cases[kind].push({
            listener: event.listener,
            before: meanRank(before, neighbours),
            skipped: meanRank(await after("skipped"), neighbours),
            finished: meanRank(await after("finished"), neighbours),
          });
        }
      }
    }
    await replay.hear(event);
  }
  await runner.close();
  return {
    bundle_id: bundle.manifest.id,
    likeness: likest.by,
    neighbours: NEIGHBOURS,
    listed: earlySkipFigures(cases.listed),
    followed: earlySkipFigures(cases.followed),
  };
}

/** The whole catalogue in the order of the reply that is served just before `event`. */
async function ranking(
  scorer: Scorer,
  event: ListeningEvent,
  pending: readonly ListeningEvent[] = [],
): Promise<readonly TrackIndex[]> {
  const { tracks } = await recommend(scorer, {
    listener: event.listener,
    session: event.session,
    k: scorer.bundle.trackIds.length,
    excludeHeard: 0,
    askedAtMs: event.happenedAtMs,
    pending,
  });
  return tracks.map(({ track }) => scorer.bundle.indexOf(track)!);
}

/** `event` as if it were another play of `track`. */
function played(
  event: ListeningEvent,
  track: TrackId,
  kind: "skipped" | "finished",
): ListeningEvent {
  const trackMs = event.trackMs ?? TRACK_MS;
  const playedMs = kind === "skipped" ? Math.round(FRACTION_SKIPPED * trackMs) : trackMs;
  return { ...event, eventId: "early-skip" as EventId, track, kind, trackMs, playedMs };
}

function meanRank(ranking: readonly TrackIndex[], tracks: readonly TrackIndex[]): number {
  const wanted = new Set(tracks);
  let sum = 0;
  for (const [place, track] of ranking.entries()) if (wanted.has(track)) sum += place + 1;
  return sum / tracks.length;
}

async function likestTracks(logFolder: string, { bundle, live, retriever }: Scorer) {
  const directions = await readTrueDirections(logFolder);
  const model = bundle.models.short ? "short" : "long";
  const byBundle = async (track: TrackIndex) => {
    const vector = live.tracks.vectorOf(model, track)!;
    const found = await retriever.similar({ model, vector, excluded: [track], k: NEIGHBOURS });
    return found.map(({ index }) => index);
  };
  if (directions === undefined) return { by: "bundle" as const, of: byBundle };
  const known = bundle.trackIds.map((track) => directions.get(track));
  const byTruth = async (track: TrackIndex): Promise<TrackIndex[]> => {
    const own = known[track];
    if (own === undefined) return [];
    const cosines = known.map((other, index) => {
      if (other === undefined || index === track) return Number.NEGATIVE_INFINITY;
      return other.reduce((sum, value, axis) => sum + value * own[axis]!, 0);
    });
    const order = [...cosines.keys()].sort((one, other) => cosines[other]! - cosines[one]!);
    return order.slice(0, NEIGHBOURS) as TrackIndex[];
  };
  return { by: "truth" as const, of: byTruth };
}
