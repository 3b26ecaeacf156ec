import type { ModelName, TrackHash, TrackId, TrackIndex } from "../domain/ids.ts";
import type { HiddenBits } from "./hidden-bits.ts";
import type {
  ClusterFigures,
  CoplaySettings,
  FeatureName,
  Manifest,
  NeighbourSettings,
  RunSettings,
} from "./manifest.ts";
import type { TrackTable } from "./track-table.ts";

/** A bundle that was opened and checked. Immutable; shared by everything that serves it. */
export interface Bundle extends BundleParts {
  /** By track index. */
  readonly trackIds: readonly TrackId[];
  /** Undefined for a track that this bundle does not know. */
  indexOf(track: TrackId): TrackIndex | undefined;
  indexOfHash(hash: TrackHash): TrackIndex | undefined;
}

interface BundleParts {
  readonly manifest: Manifest;
  readonly models: Readonly<Partial<Record<ModelName, Model>>>;
  /** [count]: natural logarithm of each track's smoothed share of plays. */
  readonly popularity: Float32Array;
  readonly sources: Sources;
  /** Absent where a search reads every track. */
  readonly clusters?: TrackClusters;
}

/** A bundle as it was read and checked: data alone, so that one thread can hand it to another. */
export interface BundleData extends BundleParts {
  /** UTF-8: each track's id, followed by a line feed, by track index. */
  readonly ids: Uint8Array;
  readonly table: TrackTable;
}

export interface Model {
  readonly name: ModelName;
  /** H */
  readonly hidden: number;
  /** What a step's result is rounded to. */
  readonly hiddenBits: HiddenBits;
  /** D */
  readonly dimension: number;
  readonly features: readonly FeatureName[];
  /** F */
  readonly featureWidth: number;
  /** [count, D]; an unknown track's vector is zeros. */
  readonly inputVectors: Float32Array;
  /** [count, D]; the same array as `inputVectors` where the bundle ties them. */
  readonly outputVectors: Float32Array;
  /** [count]; zeros where the bundle has none. */
  readonly outputBias: Float32Array;
  /** ONNX bytes. */
  readonly step: Uint8Array;
  readonly taste: Uint8Array;
  /** Absent where the model says nothing of skips. */
  readonly skip?: Uint8Array;
}

/** What beside the models speaks for a track. */
export interface Sources {
  readonly neighbours?: NeighbourSessions;
  readonly coplay?: CoplayTable;
  /** A part of co-play: only there with it. */
  readonly runs?: RunPlays;
}

/** Other listeners' sessions, the oldest first. */
export interface NeighbourSessions extends NeighbourSettings {
  /** [sessions + 1]: where each session begins in `sessionTracks`, then its length. */
  readonly sessionStarts: Uint32Array;
  /** [plays]: track indices. */
  readonly sessionTracks: Uint32Array;
}

/** What was played after each track. */
export interface CoplayTable extends CoplaySettings {
  /** [count + 1]: where each track's successors begin, then their number. */
  readonly starts: Uint32Array;
  /** [pairs]: track indices. */
  readonly successors: Uint32Array;
  /** [pairs]: each successor's share of its track's followers, above 0, at most 1. */
  readonly shares: Float32Array;
}

/** Whole sessions in which runs of tracks are looked up, ordered so that each run is one range. */
export interface RunPlays extends RunSettings {
  /** [plays]: track indices in order of play, the oldest session first, each session followed by
   *  `SESSION_END`. */
  readonly played: Uint32Array;
  /** [places]: where in `played` a track stands that another one follows, ordered by
   *  `compareRuns`. */
  readonly places: Uint32Array;
}

/** The catalogue in clusters of tracks that are scored alike, so that a search need not read all
 *  of it; `docs/bundle.md` says how. */
export interface TrackClusters extends ClusterFigures {
  /** [count]: the tracks, one cluster after another. */
  readonly tracks: Uint32Array;
  /** [clusters + 1]: where each cluster begins in `tracks`, then their number. */
  readonly starts: Uint32Array;
  readonly codes?: TrackCodes;
}

/** Tracks as product codes (Jégou et al. 2011, doi 10.1109/TPAMI.2010.57): a track's columns, less
 *  the mean of its cluster, turned to T coordinates; one code of 4 bits stands for some of them. */
export interface TrackCodes {
  readonly margin: number;
  /** [T, W]: a query's coordinates are `axes` · query. W: for each model, the short one first, its
   *  taste and 1, both times its weight, and last the weight of popularity. */
  readonly axes: Float32Array;
  /** [subspaces]: of how many coordinates each code tells; their sum is T. */
  readonly widths: Uint32Array;
  /** [T, 16] */
  readonly books: Float32Array;
  /** [count, subspaces / 8], by track: the first code is in the lowest 4 bits of a word. */
  readonly codes: Uint32Array;
  /** [parts + 1]: where in the clusters' `tracks` each part of a cluster begins, then their number;
   *  every cluster begins with a part of its own. Absent where clusters are read whole. */
  readonly parts?: Uint32Array;
}

/** What a trainer hands to `publishBundle`. */
export interface BundleContent {
  readonly trackIds: readonly TrackId[];
  readonly popularity: Float32Array;
  readonly models: Readonly<Partial<Record<ModelName, ModelContent>>>;
  readonly sources?: Sources;
  readonly clusters?: TrackClusters | undefined;
  readonly blend: Manifest["blend"];
  readonly skipChance?: Manifest["skip_chance"];
  readonly idleTimeoutMs: number;
  readonly training: Readonly<Record<string, unknown>>;
}

export interface ModelContent
  extends Omit<Model, "name" | "hiddenBits" | "featureWidth" | "outputBias"> {
  /** `HIDDEN_BITS_DEFAULT` where it is not given. */
  readonly hiddenBits?: HiddenBits;
  /** Null means zeros. */
  readonly outputBias: Float32Array | null;
  /** How the vectors go to disk: as they are, or rounded to int8 rows; float32 by default. */
  readonly storedVectors?: "float32" | "int8";
}
