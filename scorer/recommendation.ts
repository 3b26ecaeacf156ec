import type { BlendWeights, SourceName } from "../core/bundle/manifest.ts";
import type {
  BundleId,
  ListenerId,
  Offset,
  Partition,
  SessionId,
  TrackId,
} from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { LogPosition } from "../core/log/event-log.ts";
import type { RecentEvent } from "../core/state/listener-record.ts";
import type { Steering } from "./adjustment.ts";
import type { NewTrack } from "./new-track.ts";
import type { Page } from "./pages.ts";
import type { PathWish } from "./path.ts";
import type { ListRules } from "./rules/list-rules.ts";
import type { PoolStep } from "./rules/pool.ts";
import type { Seeds } from "./seeds.ts";

/** A checked request for the next tracks; the wire's `NextTracksRequest` says what each part
 *  means. */
export interface NextTracksQuery {
  readonly listener: ListenerId;
  readonly session?: SessionId | undefined;
  readonly k: number;
  /** The bundle's own where it is not given. */
  readonly weights?: BlendWeights | undefined;
  /** How far tastes move away from skipped tracks; the bundle's own where it is not given. */
  readonly skips?: number | undefined;
  readonly excludeTracks?: readonly TrackId[];
  /** 1 where it is not given. */
  readonly excludeHeard?: number | undefined;
  /** In CEL, over the catalogue's fields. */
  readonly filter?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly market?: string | undefined;
  /** A filter of the attributes' ranges. */
  readonly ranges?: string | undefined;
  /** The only tracks that may be in the list. */
  readonly candidates?: readonly TrackId[] | undefined;
  /** Whether disliked tracks may be in the list. */
  readonly keepsDisliked?: boolean;
  readonly notHeardWithinMs?: number | undefined;
  readonly listRules?: ListRules | undefined;
  readonly steering?: Steering | undefined;
  /** 0 to 1. */
  readonly diversity?: number | undefined;
  readonly exploration?: ExplorationWish | undefined;
  readonly seeds?: Seeds | undefined;
  readonly path?: PathWish | undefined;
  /** 0 to 1; see `atHorizon`. */
  readonly horizon?: number | undefined;
  readonly page?: Page | undefined;
  /** Whether each track shall say how likely it would be skipped. */
  readonly withSkipProbability?: boolean;
  /** How many of the listener's last events each track shall be explained by. */
  readonly explainEvents?: number | undefined;
  /** All of this listener, in the order in which they happened. */
  readonly pending?: readonly ListeningEvent[];
  readonly atLeast?: LogPosition | undefined;
  /** The clock's now where it is not given. */
  readonly askedAtMs?: number | undefined;
  /** Whether the list takes part in no experiment. */
  readonly outsideExperiments?: boolean;
  /** What the list has to go without; nothing where it is not given. */
  readonly hurry?: Hurry | undefined;
  /** When the caller stops waiting, on the clock that never jumps (`performance.now`). */
  readonly deadlineAtMs?: number | undefined;
  /** Raised when the caller has gone: nothing is scored then. */
  readonly signal?: AbortSignal | undefined;
}

/** How much a list has to go without because more is asked than the scorer bears: 0 for nothing. */
export type Hurry = 0 | 1 | 2 | 3;

/** What a list may go without: a source, or what its request asks for besides. */
export type LeftOut = SourceName | "explain" | "skip_probability";

/** See `Exploration`; a seed is drawn where none is given. */
export interface ExplorationWish {
  readonly uniform: number;
  readonly temperature: number;
  readonly pool: number;
  readonly seed?: number | undefined;
}

/** The step of the fallback ladder that answered. */
export type Rung = "blend" | "short_term" | "long_term" | "coplay" | "popularity";

export interface Recommendation {
  readonly id: string;
  readonly bundle: BundleId;
  readonly rung: Rung;
  /** The weights that were used: 0 for a model that could not answer. */
  readonly weights: BlendWeights;
  /** How far tastes were moved away from skipped tracks; 0 where none was skipped. */
  readonly skips: number;
  readonly freshness: Freshness;
  /** Best first. */
  readonly tracks: readonly RecommendedTrack[];
  /** Why there are fewer than `k` tracks; empty where there are not. */
  readonly shortenedBy: string;
  /** How many tracks the list was chosen from. */
  readonly poolSize: number;
  /** What each filter and rule left over. */
  readonly steps: readonly PoolStep[];
  /** Undefined where nothing was drawn. */
  readonly explorationSeed: number | undefined;
  /** Undefined where there is none. */
  readonly nextPage: Page | undefined;
  /** The oldest event that the record remembers; undefined where it has forgotten none. */
  readonly memorySinceMs: number | undefined;
  /** Undefined where nothing was to be explained. */
  readonly explained: Explained | undefined;
  /** What was asked for and left out because the scorer was asked for more than it bears. */
  readonly leftOut: readonly LeftOut[];
  /** Undefined where the list takes part in none. */
  readonly experiment?: ExperimentPart;
}

/** A list's part in an experiment. */
export interface ExperimentPart {
  readonly name: string;
  /** Undefined in an interleaved list, whose tracks name their arms. */
  readonly arm: string | undefined;
  readonly control: string;
  /** Of all listeners that have this arm, or interleaved lists; 0 to 1. */
  readonly share: number;
  /** The bundles of an interleaved list's arms. */
  readonly interleaved?: readonly { readonly arm: string; readonly bundle: BundleId }[];
}

/** What the influences of a list's tracks stand on. */
export interface Explained {
  /** How many events were each left out once. */
  readonly events: number;
  /** Whether the replays lead to the very state that the list was made from. */
  readonly exact: boolean;
}

export interface Freshness {
  /** The newest record that the listener's partition had heard. Undefined where it heard none. */
  readonly seen: LogPosition | undefined;
  /** How long ago that record entered the log. */
  readonly ageMs: number;
  readonly caughtUp: boolean;
  readonly pendingStepped: number;
}

export interface RecommendedTrack {
  readonly track: TrackId;
  readonly score: number;
  /** How far each source lifts this track above the catalogue's average; sums to the whole lift. */
  readonly contributions: Contributions;
  /** The positive contributions as parts of 1; see `sharesOf`. */
  readonly shares: BlendWeights;
  /** How likely the pick was at its place, given those before it. */
  readonly propensity: number;
  /** What boosts, targets and novelty added to the score. */
  readonly adjustment: number;
  /** How likely it would be skipped if it came next, 0 to 1; only where the query asks and a model
   *  says so. */
  readonly skipProbability?: number;
  /** Only where the query asks: the events that lifted the track and held it back, the strongest
   *  first. */
  readonly influences?: Influences;
  /** The arm that gave the track; only in an interleaved list. */
  readonly arm?: string;
  /** Only of a track that the bundle does not know. */
  readonly newTrack?: NewTrack;
}

export interface Influences {
  readonly broughtBy: readonly Influence[];
  readonly heldBackBy: readonly Influence[];
}

/** How much lower a track's lift above the average track would be without an event. */
export interface Influence {
  readonly event: RecentEvent;
  /** Undefined where the bundle does not know it. */
  readonly track: TrackId | undefined;
  readonly effect: number;
}

/** What each source gives a track, and what the session's skips take from it. */
export interface Contributions extends BlendWeights {
  /** Below 0 for a track that is like the skipped ones. */
  readonly skips: number;
}

/** The log position of a partition's last applied record, where there is one. */
export function lastApplied(partition: Partition, next: Offset): LogPosition | undefined {
  return next > 0 ? { partition, offset: (next - 1) as Offset } : undefined;
}
