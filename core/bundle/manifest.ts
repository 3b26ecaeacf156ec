import type { BundleId, ModelName } from "../domain/ids.ts";
import { CONTEXT_KINDS } from "../domain/listening-event.ts";
import type { HiddenBits } from "./hidden-bits.ts";

export const BUNDLE_FORMAT = "segue.bundle/1";

/** The manifest of a bundle, as `manifest.json` holds it. `docs/bundle.md` tells every field. */
export interface Manifest {
  readonly format: typeof BUNDLE_FORMAT;
  /** SHA-256 of the canonical JSON (keys sorted, no white space) of everything but `id`. */
  readonly id: BundleId;
  readonly tracks: {
    readonly count: number;
    /** UTF-8, one id a line; the line number from 0 is the track index. */
    readonly ids: string;
    /** Little-endian float32 [count]: natural logarithm of the smoothed share of plays. */
    readonly popularity: string;
  };
  readonly models: Readonly<Partial<Record<ModelName, ModelManifest>>>;
  /** Absent where the bundle has no source beside its models. */
  readonly sources?: SourcesManifest;
  /** Absent where a search reads every track. */
  readonly clusters?: ClustersManifest;
  /** The weights where a request gives none. */
  readonly blend: ManifestBlend;
  /** What the logit of a skip is the weighted sum of; a term that is absent counts 0. Absent where
   *  it is the mean of what the models say. */
  readonly skip_chance?: SkipChanceWeights;
  /** A session without ids of its own ends after this silence, in milliseconds. */
  readonly idle_timeout_ms: number;
  /** What was learned from what, for people; not read by the server. */
  readonly training: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

export interface ModelManifest {
  /** H, the length of the hidden state. */
  readonly hidden: number;
  /** What a step's result is rounded to, before anything sees it; see `hidden-bits.ts`. */
  readonly hidden_bits?: HiddenBits;
  /** D, the length of a track vector and of the taste vector. */
  readonly dimension: number;
  /** The inputs beside the track vector, in order; empty for a model of tracks alone. */
  readonly features: readonly FeatureName[];
  /** ONNX graph: `track` [batch, D], `features` [batch, F] (absent where F = 0), `hidden`
   *  [batch, H] → `hidden_next` [batch, H]. */
  readonly step: string;
  /** ONNX graph: `hidden` [batch, H] → `taste` [batch, D]. */
  readonly taste: string;
  /** ONNX graph: `hidden` [batch, H] and `track` [batch, D], a row of `output_vectors` → `skip`
   *  [batch, 1], the logit of the chance that the track would be skipped if it came next. */
  readonly skip?: string;
  /** Little-endian float32 [count, D], what a step reads. */
  readonly input_vectors: string;
  /** Little-endian float32 [count, D], what a taste is scored against; may be the same file. */
  readonly output_vectors: string;
  /** Little-endian float32 [count], added to a track's score; null means zeros. */
  readonly output_bias: string | null;
  /** Little-endian float32 [count]. Where one is there, the file of the vectors beside it is int8
   *  [count, D], and a vector is its row of that times its number here. */
  readonly input_scales?: string;
  readonly output_scales?: string;
  /** JSON: `{"track": [[…D]…], "features": …, "hidden": …, "hidden_next": …, "taste": …,
   *  "tolerance": …}` with at least 4 rows, where `taste` is that of `hidden_next`, and with a skip
   *  graph `"skip"`, that of `hidden_next` and `track`; the runner must reproduce it before a
   *  bundle is served. */
  readonly golden: string;
}

/** What beside the models speaks for a track. */
export interface SourcesManifest {
  readonly neighbours?: NeighboursManifest;
  readonly coplay?: CoplayManifest;
  readonly runs?: RunsManifest;
}

/** Other listeners' sessions, in which those that resemble the listener's own are looked up. */
export interface NeighboursManifest extends NeighbourSettings {
  readonly sessions: number;
  /** Tracks of all sessions. */
  readonly plays: number;
  /** Little-endian uint32 [sessions + 1]: where each session begins in `session_tracks`, the oldest
   *  session first, then `plays`. */
  readonly session_starts: string;
  /** Little-endian uint32 [plays]: track indices. */
  readonly session_tracks: string;
}

export interface NeighbourSettings {
  /** How many sessions vote. */
  readonly neighbours_max: number;
  /** A track's newest sessions, so many, are compared. */
  readonly sessions_per_track_max: number;
  /** A session counts e times less for every so many that are newer. */
  readonly recency_sessions: number;
  /** c of ln(1 + c · share of the votes). */
  readonly sharpness: number;
}

/** What was played after each track. */
export interface CoplayManifest extends CoplaySettings {
  readonly pairs: number;
  /** Little-endian uint32 [count + 1]: where each track's successors begin, then `pairs`. */
  readonly starts: string;
  /** Little-endian uint32 [pairs]: track indices. */
  readonly successors: string;
  /** Little-endian float32 [pairs]: each successor's share of its track's followers, above 0. */
  readonly shares: string;
}

export interface CoplaySettings {
  /** How many of the session's last tracks speak. */
  readonly tracks_max: number;
  /** What a track counts for each one that came after it. */
  readonly decay: number;
  /** c of ln(1 + c · share of the followers). */
  readonly sharpness: number;
}

/** What was played after the same tracks in a row; a part of what co-play says. */
export interface RunsManifest extends RunSettings {
  readonly plays: number;
  /** Plays that another one follows in the same session. */
  readonly followed: number;
  /** Little-endian uint32 [plays]: track indices in order of play, 2³² − 1 after each session. */
  readonly played: string;
  /** Little-endian uint32 [followed]: places in `played`, ordered by the track there, then by the
   *  one before it, and so on for `tracks_max` tracks. */
  readonly places: string;
}

export interface RunSettings {
  /** The longest run that is looked up. */
  readonly tracks_max: number;
  /** How many times as much a run counts as one that is a track shorter. */
  readonly weight: number;
}

/** The catalogue in clusters, of which a search reads those that can hold the best tracks. */
export interface ClustersManifest extends ClusterFigures {
  /** How many clusters there are. */
  readonly count: number;
  /** Little-endian uint32 [tracks.count]: track indices, each once, one cluster after another. */
  readonly tracks: string;
  /** Little-endian uint32 [count + 1]: where each cluster begins in `tracks`, then their number. */
  readonly starts: string;
  readonly codes?: CodesManifest;
}

/** A code of 4 bits has so many values, and a uint32 holds so many codes. */
export const CODE_VALUES = 16;
export const CODES_PER_WORD = 8;

/** Every track as a few bytes from which a search can tell about what the track scores. */
export interface CodesManifest {
  /** How many codes of 4 bits a track has: a multiple of 8. */
  readonly subspaces: number;
  /** T: how many numbers of a track the codes stand for. */
  readonly coordinates: number;
  /** A track is scored exactly where what its codes say, and so many times the length of the
   *  query's coordinates, reaches the list. */
  readonly margin: number;
  /** Little-endian float32 [T, W]: what a query of W columns is turned by. */
  readonly axes: string;
  /** Little-endian uint32 [subspaces]: how many coordinates each code stands for. */
  readonly widths: string;
  /** Little-endian float32 [T, 16]: what a coordinate is by its code. */
  readonly books: string;
  /** Little-endian uint32 [tracks.count, subspaces / 8]: codes by track, lowest bits first. */
  readonly codes: string;
  /** How many parts the clusters have, and where: both or none. Searches then read some parts of a
   *  cluster, and `reach` is that of parts. */
  readonly part_count?: number;
  /** Little-endian uint32 [part_count + 1]: where each part begins in the clusters' `tracks`, then
   *  their number. No part is of two clusters. */
  readonly parts?: string;
}

export interface ClusterFigures {
  /** How many times its spread above its mean the best track of a cluster is expected. */
  readonly reach: number;
  /** The same, and `codes.margin`, for lists of 100 tracks and more: both or none. */
  readonly reach_at_100?: number;
  readonly margin_at_100?: number;
  /** The share of the 20 and of the 100 best tracks that searches for as many found, the least of
   *  several blends of the bundle's own tastes. */
  readonly recall_at_20: number;
  readonly recall_at_100: number;
  /** The share of the tracks that these searches read, on average. */
  readonly read_share: number;
}

/** The sources of a score; each is a part of it. */
export const SOURCE_NAMES = ["short", "long", "neighbours", "coplay", "popularity"] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];
export type BlendWeights = Readonly<Record<SourceName, number>>;
/** A weight that is absent is 0: bundles were published before there was such a source. */
export type ManifestBlend = Pick<BlendWeights, "short" | "long" | "popularity"> &
  Partial<BlendWeights> & {
    /** How far tastes move away from a track that was skipped at once; 0 where it is absent. */
    readonly skips?: number;
  };

/** A blend with every source. */
export function wholeBlend(blend: Partial<BlendWeights>): BlendWeights {
  const { short = 0, long = 0, neighbours = 0, coplay = 0, popularity = 0 } = blend;
  return { short, long, neighbours, coplay, popularity };
}

export const NO_WEIGHTS: BlendWeights = wholeBlend({});

/** What the chance of a skip is made of: 1, what each model says (one that says nothing counts as
 *  the other does), and what the listener's remembered events say. */
export const SKIP_TERMS = [
  "bias",
  "short",
  "long",
  /** How many of the last plays were skipped in a row, at most 3. */
  "streak",
  /** Which share of the session's events, and of all that are remembered, were skips. */
  "session_share",
  "recent_share",
  /** 1 where the track is among the remembered ones, and 1 where it was skipped then. */
  "heard_again",
  "skipped_before",
  /** 1 for the play context of the last event. */
  ...CONTEXT_KINDS.map((kind) => `after_${kind}` as const),
] as const;
export type SkipTerm = (typeof SKIP_TERMS)[number];
export type SkipChanceWeights = Readonly<Partial<Record<SkipTerm, number>>>;

/** The parts of the feature vector, each with its width; `core/bundle/features.ts` fills them. */
export const FEATURE_WIDTHS = {
  /** One-hot over `EVENT_KINDS`. */
  kind: 8,
  /** 0…1; where the player does not report it, 1 for a finished play and 0 otherwise. */
  fraction_played: 1,
  /** De Boom's Δ: ln(1 + seconds since the listener's last event) / ln(1 + 30 days in seconds),
   *  clipped to 0…1. */
  gap: 1,
  /** 1 for the first event of a session. */
  session_start: 1,
  /** One-hot over `CONTEXT_KINDS`. */
  context: 9,
  shuffle: 1,
} as const;
export type FeatureName = keyof typeof FEATURE_WIDTHS;

/** F, the length of a model's feature vector. */
export function featureWidth(features: readonly FeatureName[]): number {
  return features.reduce((width, name) => width + FEATURE_WIDTHS[name], 0);
}
