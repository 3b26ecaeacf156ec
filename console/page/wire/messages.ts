/** The messages of `proto/segue/v1` as their JSON has them, as far as the page reads them. */

/** A 64-bit number: protobuf's JSON writes it as a string. */
export type Int64 = string;

export interface LogPosition {
  readonly partition: number;
  readonly offset: Int64;
}

export const SOURCES = ["shortTerm", "longTerm", "neighbours", "coplay", "popularity"] as const;
export type Source = (typeof SOURCES)[number];
export type Weights = Readonly<Record<Source, number>>;
export type BlendWeights = Weights & { readonly skips?: number };

export interface TrackDetails {
  readonly title: string;
  readonly artists: readonly string[];
  readonly album: string;
}

export interface RecommendedTrack {
  readonly track: string;
  readonly score: number;
  readonly shares?: Weights;
  readonly details?: TrackDetails;
  readonly skipProbability?: number;
  /** Below 0 for a track that is like the skipped ones. */
  readonly pushedBySkips: number;
  /** Of a track that the bundle does not know yet. */
  readonly newTrack?: { readonly words: string };
}

export interface NextTracks {
  readonly recommendationId: string;
  readonly bundleId: string;
  readonly rung: string;
  readonly blend?: BlendWeights;
  readonly freshness?: { readonly ageMs: Int64; readonly caughtUp: boolean };
  readonly tracks: readonly RecommendedTrack[];
  readonly shortenedBy: string;
}

export interface SimilarTracks {
  readonly tracks: readonly {
    readonly track: string;
    readonly similarity: number;
    readonly details?: TrackDetails;
  }[];
}

export interface RecentEvent {
  readonly track: string;
  readonly kind: string;
  readonly happenedAtMs: Int64;
  readonly fractionPlayed: number;
}

export interface Listener {
  readonly listener: string;
  readonly known: boolean;
  readonly bundleId: string;
  readonly heard?: LogPosition;
  readonly lastEventAtMs: Int64;
  readonly session: string;
  readonly eventsStepped: Int64;
  readonly sessionEventsStepped: number;
  readonly recent: readonly RecentEvent[];
  readonly models: readonly {
    readonly model: string;
    readonly hiddenSize: number;
    readonly norm: number;
  }[];
}

export interface Published {
  readonly position: LogPosition;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface MapTrack extends Place {
  readonly track: string;
}

export interface TrackMap {
  readonly bundleId: string;
  readonly model: string;
  readonly tracks: readonly MapTrack[];
  readonly explained: readonly number[];
}

export interface TastePlace extends Place {
  readonly event: RecentEvent;
  readonly title: string;
}

export interface Taste {
  readonly path: readonly TastePlace[];
  readonly models: readonly { readonly model: string; readonly hidden: readonly number[] }[];
  readonly tracks: readonly MapTrack[];
}

export interface FoundTrack {
  readonly track: string;
  readonly details?: TrackDetails;
  readonly trackMs: number;
  readonly genres: readonly string[];
}

export interface TrackExposure {
  readonly track: string;
  readonly details?: TrackDetails;
  /** In how many lists it was. */
  readonly lists: Int64;
  /** The mean of its places in them, from 1. */
  readonly meanRank: number;
}

export interface ExposureReply {
  /** The newest lists, so many, are counted. */
  readonly lists: Int64;
  readonly distinctTracks: Int64;
  readonly knownTracks: Int64;
  readonly tracks: readonly TrackExposure[];
}

export interface ListenerSummary {
  readonly listener: string;
  readonly appendedAtMs: Int64;
}

export interface PartitionStatus {
  readonly partition: number;
  readonly first: Int64;
  readonly next: Int64;
  readonly applied: Int64;
  readonly lag: Int64;
  readonly appliedPerSecond: number;
  readonly ageMs?: Int64;
}

export interface IngestStatus {
  readonly partitions: readonly PartitionStatus[];
  readonly deadLetters: Int64;
  readonly trouble: string;
}

export interface MethodFigures {
  readonly method: string;
  readonly calls: Int64;
  readonly errors: readonly { readonly status: string; readonly calls: Int64 }[];
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ServingStatus {
  readonly bundleId: string;
  readonly startedAtMs: Int64;
  readonly residentBytes: Int64;
  readonly heapBytes: Int64;
  readonly methods: readonly MethodFigures[];
  readonly rungs: readonly { readonly rung: string; readonly lists: Int64 }[];
}

export interface News {
  readonly atMs: Int64;
  readonly ingest?: IngestStatus;
  readonly serving?: ServingStatus;
  readonly heard?: LogPosition;
}

export interface Accuracy {
  readonly model: string;
  readonly predictions: Int64;
  readonly recall1: number;
  readonly recall20: number;
  readonly mrr20: number;
}

export interface BundleSummary {
  readonly id: string;
  readonly name: string;
  readonly served: boolean;
  /** Whether the served folder keeps it as the one to go back to. */
  readonly before: boolean;
  /** Whether there is a report of it at `/reports/ID.html`. */
  readonly reported: boolean;
  readonly tracks: number;
  readonly bytes: Int64;
  readonly publishedAtMs: Int64;
  readonly models: readonly {
    readonly model: string;
    readonly hiddenSize: number;
    readonly dimension: number;
    readonly recall20ByEpoch: readonly number[];
    readonly lossByEpoch: readonly number[];
  }[];
  readonly blend?: BlendWeights;
  readonly validation: readonly Accuracy[];
  readonly events: Int64;
  readonly sessions: Int64;
}

export interface RunningExperiment {
  readonly name: string;
  /** The control first. */
  readonly arms: readonly {
    readonly arm: string;
    readonly share: number;
    /** Empty where the served bundle scores. */
    readonly bundle: string;
  }[];
  readonly interleavedShare: number;
}

export interface DeadLetter {
  readonly letter: LogPosition;
  readonly topic: string;
  readonly record: LogPosition;
  readonly reason: string;
  readonly field: string;
  readonly writtenAtMs: Int64;
  readonly valueBytes: Int64;
  /** base64 */
  readonly value: string;
}

export interface StoreCheck {
  readonly sound: boolean;
  readonly readable: boolean;
  readonly listeners: Int64;
  readonly partitions: number;
  readonly damaged: readonly { readonly entry: string; readonly damage: string }[];
  readonly tookMs: Int64;
}
