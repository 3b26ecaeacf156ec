import type { EventFeatures } from "../bundle/features.ts";
import type {
  BundleMark,
  EventHash,
  ModelName,
  Offset,
  Partition,
  SessionId,
  TrackHash,
} from "../domain/ids.ts";

/** The newest events that a record keeps; a record met under a newer bundle is rebuilt from
 *  them. */
export const RECENT_EVENTS_MAX = 32;
/** How many event ids a listener's dedupe window holds at most, and of however old events at least;
 *  see `dedupe-window.ts`. */
export const DEDUPE_EVENTS_MAX = 64;
export const DEDUPE_EVENTS_LEAST = 4;

/** All that is kept of one listener. Values, never shared: an advance makes a new record. */
export interface ListenerRecord {
  /** The bundle whose models stepped `hidden`. */
  readonly bundle: BundleMark;
  readonly partition: Partition;
  /** The epoch of the partition when the last event was heard; see `AppliedPosition`. */
  readonly epoch: number;
  /** The offset of the last event heard; one at or below it changes nothing. */
  readonly heardOffset: Offset;
  /** Event time of the newest event that stepped, milliseconds since 1970-01-01 UTC. */
  readonly lastEventAtMs: number;
  /** Undefined where silence cuts sessions. */
  readonly session: SessionId | undefined;
  /** Events that the models stepped, in this session and in all. */
  readonly sessionSteps: number;
  readonly steps: number;
  /** Oldest first, at most `RECENT_EVENTS_MAX`. */
  readonly recent: readonly RecentEvent[];
  /** Oldest first, at most `DEDUPE_EVENTS_MAX`. */
  readonly heardEvents: readonly EventHash[];
  /** Tracks that the listener disliked, oldest first, at most `DISLIKED_TRACKS_MAX`. */
  readonly disliked: readonly TrackHash[];
  /** [H] of each model that the bundle has, rounded to its `hiddenBits`. */
  readonly hidden: Readonly<Partial<Record<ModelName, Float32Array>>>;
}

export const DISLIKED_TRACKS_MAX = 64;

/** One event as a record keeps it: what a step needs, so that the step can be done again. */
export interface RecentEvent extends EventFeatures {
  readonly track: TrackHash;
  /** Whole quarter seconds, in milliseconds; see `remembered.ts`. */
  readonly happenedAtMs: number;
}
