import type { Bundle } from "../core/bundle/bundle.ts";
import type { BlendWeights } from "../core/bundle/manifest.ts";
import { bundleMark } from "../core/domain/hash.ts";
import { MODEL_NAMES, type TrackId } from "../core/domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS } from "../core/domain/listening-event.ts";
import type { LogPosition } from "../core/log/event-log.ts";
import type { ListenerRecord, RecentEvent } from "../core/state/listener-record.ts";
import type {
  EventKind as WireEventKind,
  PlayContextKind as WirePlayContextKind,
} from "../proto/gen/segue/v1/listening.ts";
import {
  type GetListenerResponse,
  type NextTracksResponse,
  type RankTracksResponse,
  type SimilarTracksResponse,
  type TrackDetails,
  type Influence as WireInfluence,
  type LogPosition as WireLogPosition,
  type NewTrack as WireNewTrack,
  type Page as WirePage,
  type RecentEvent as WireRecentEvent,
  Rung as WireRung,
  type SourceShares as WireSourceShares,
} from "../proto/gen/segue/v1/recommender.ts";
import type { ServedTracks } from "./catalogue/new-tracks/served-tracks.ts";
import { influenceWords } from "./influence-words.ts";
import { type NewTrack, newTrackWords } from "./new-track.ts";
import { encodePageTracks, type Page } from "./pages.ts";
import type { RankedTracks } from "./rank-tracks.ts";
import type { ExperimentPart, Influence, LeftOut, Recommendation, Rung } from "./recommendation.ts";
import type { Scorer } from "./scorer.ts";
import type { SimilarTracks } from "./similar-tracks.ts";

/** What the catalogue knows of a track, for people. */
export interface TrackDescription {
  readonly title: string;
  readonly artists: readonly string[];
  readonly album: string;
}
/** Undefined for a track that the catalogue does not know. */
export type DescribeTrack = (track: TrackId) => TrackDescription | undefined;

export const WIRE_RUNGS: Readonly<Record<Rung, WireRung>> = {
  blend: WireRung.RUNG_BLEND,
  short_term: WireRung.RUNG_SHORT_TERM,
  long_term: WireRung.RUNG_LONG_TERM,
  coplay: WireRung.RUNG_COPLAY,
  popularity: WireRung.RUNG_POPULARITY,
};

export function nextTracksReply(
  recommendation: Recommendation,
  { describe, withDetails }: ReplyParts,
): NextTracksResponse {
  const { freshness, tracks } = recommendation;
  const influence = (one: Influence) => influenceReply(one, describe);
  return {
    recommendationId: recommendation.id,
    bundleId: recommendation.bundle,
    rung: WIRE_RUNGS[recommendation.rung],
    blend: { ...weightsReply(recommendation.weights), skips: recommendation.skips || undefined },
    freshness: {
      seen: freshness.seen && positionReply(freshness.seen),
      ageMs: freshness.ageMs,
      caughtUp: freshness.caughtUp,
      pendingStepped: freshness.pendingStepped,
      ...ANSWERED_HERE.freshness,
    },
    tracks: tracks.map((one) => ({
      track: one.track,
      score: one.score,
      shares: weightsReply(one.shares),
      pushedBySkips: one.contributions.skips,
      details: withDetails ? detailsReply(one.track, describe) : undefined,
      skipProbability: one.skipProbability,
      propensity: one.propensity,
      adjustment: one.adjustment,
      arm: one.arm ?? "",
      newTrack: one.newTrack && newTrackReply(one.newTrack),
      broughtBy: one.influences?.broughtBy.map(influence) ?? NO_INFLUENCES,
      heldBackBy: one.influences?.heldBackBy.map(influence) ?? NO_INFLUENCES,
    })),
    shortenedBy: recommendation.shortenedBy,
    pool: [...recommendation.steps],
    poolSize: recommendation.poolSize,
    explorationSeed: recommendation.explorationSeed,
    nextPage: recommendation.nextPage && pageReply(recommendation.nextPage),
    memorySinceMs: recommendation.memorySinceMs,
    explained: recommendation.explained,
    leftOut: recommendation.leftOut.map((what) => LEFT_OUT_NAMES[what] ?? what),
    ...experimentReply(recommendation.experiment),
    answeredBy: ANSWERED_HERE.answeredBy,
  };
}

function experimentReply(
  part: ExperimentPart | undefined,
): Pick<NextTracksResponse, "experiment" | "arm" | "interleaved"> {
  return {
    experiment: part?.name ?? "",
    arm: part?.arm ?? "",
    interleaved: (part?.interleaved ?? []).map(({ arm, bundle }) => ({ arm, bundleId: bundle })),
  };
}

/** As the wire names the sources. */
const LEFT_OUT_NAMES: Readonly<Partial<Record<LeftOut, string>>> = {
  short: "short_term",
  long: "long_term",
};

/** What a host says of itself that shares no partitions with others. */
const ANSWERED_HERE = { answeredBy: "", freshness: { fromStandby: false } } as const;

/** What the catalogue says of tracks, and whether to say it of all. */
export interface ReplyParts {
  readonly describe: DescribeTrack | undefined;
  readonly withDetails: boolean;
}

const NO_INFLUENCES: WireInfluence[] = [];

function influenceReply(
  { event, track, effect }: Influence,
  describe: DescribeTrack | undefined,
): WireInfluence {
  return {
    track: track ?? "",
    kind: EVENT_KINDS.indexOf(event.kind) as WireEventKind,
    happenedAtMs: event.happenedAtMs,
    effect,
    words: influenceWords({ kind: event.kind, effect, track, details: track && describe?.(track) }),
  };
}

function newTrackReply(newTrack: NewTrack): WireNewTrack {
  const { from, name, tracks } = newTrack;
  return { derivedFrom: from, name, tracks, words: newTrackWords(newTrack) };
}

function pageReply({ recommendationId, tracks }: Page): WirePage {
  return { recommendationId, tracks: encodePageTracks(tracks) };
}

export function rankTracksReply(
  { recommendation, unknown }: RankedTracks,
  describe: DescribeTrack | undefined,
): RankTracksResponse {
  const reply = nextTracksReply(recommendation, { describe, withDetails: true });
  const { recommendationId, bundleId, rung, blend, freshness, tracks, answeredBy } = reply;
  const unknownTracks = [...unknown];
  return { recommendationId, bundleId, rung, blend, freshness, tracks, unknownTracks, answeredBy };
}

export function similarTracksReply(
  { bundle, tracks }: SimilarTracks,
  describe: DescribeTrack | undefined,
): SimilarTracksResponse {
  return {
    bundleId: bundle,
    tracks: tracks.map(({ track, similarity, newTrack }) => ({
      track,
      similarity,
      newTrack: newTrack && newTrackReply(newTrack),
      details: detailsReply(track, describe),
    })),
  };
}

/** Of a listener who was never heard, only that. */
export function listenerReply(
  listener: string,
  record: ListenerRecord | undefined,
  { bundle, live }: Pick<Scorer, "bundle" | "live">,
): GetListenerResponse {
  return {
    listener,
    known: record !== undefined,
    bundleId: record === undefined ? "" : bundleOf(record, bundle),
    heard: record && positionReply({ partition: record.partition, offset: record.heardOffset }),
    lastEventAtMs: record?.lastEventAtMs ?? 0,
    session: record?.session ?? "",
    eventsStepped: record?.steps ?? 0,
    sessionEventsStepped: record?.sessionSteps ?? 0,
    recent: (record?.recent ?? []).map((event) => recentReply(event, live.tracks)).reverse(),
    models: MODEL_NAMES.flatMap((model) => {
      const hidden = record?.hidden[model];
      return hidden ? [{ model, hiddenSize: hidden.length, norm: Math.hypot(...hidden) }] : [];
    }),
    answeredBy: ANSWERED_HERE.answeredBy,
    ...ANSWERED_HERE.freshness,
  };
}

export function positionReply({ partition, offset }: LogPosition): WireLogPosition {
  return { partition, offset };
}

/** Field by field: what a list has twenty of shall not be copied by its names. */
function weightsReply(weights: BlendWeights): WireSourceShares {
  return {
    shortTerm: weights.short,
    longTerm: weights.long,
    neighbours: weights.neighbours,
    coplay: weights.coplay,
    popularity: weights.popularity,
  };
}

function detailsReply(
  track: TrackId,
  describe: DescribeTrack | undefined,
): TrackDetails | undefined {
  const found = describe?.(track);
  return found && { title: found.title, artists: [...found.artists], album: found.album };
}

/** A record has only the mark of its bundle. */
function bundleOf(record: ListenerRecord, { manifest }: Bundle): string {
  return record.bundle === bundleMark(manifest.id) ? manifest.id : record.bundle;
}

function recentReply(event: RecentEvent, tracks: ServedTracks): WireRecentEvent {
  const index = tracks.indexOfHash(event.track);
  return {
    track: index === undefined ? "" : tracks.idOf(index),
    kind: EVENT_KINDS.indexOf(event.kind) as WireEventKind,
    happenedAtMs: event.happenedAtMs,
    fractionPlayed: event.fractionPlayed,
    context: CONTEXT_KINDS.indexOf(event.context) as WirePlayContextKind,
  };
}
