import {
  type BlendWeights,
  NO_WEIGHTS,
  SOURCE_NAMES,
  wholeBlend,
} from "../../core/bundle/manifest.ts";
import { listeningEventToWire } from "../../core/domain/decode-listening-event.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { ListenerId, Offset, Partition } from "../../core/domain/ids.ts";
import { type ListeningEvent, stepsModels } from "../../core/domain/listening-event.ts";
import type { Models } from "../../core/state/advance.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import { startsSession } from "../../core/state/session-cut.ts";
import { listenerRecord } from "../../core/state/stored-record.ts";
import { applyBatch } from "../../ingest/apply-batch.ts";
import { ListeningEvent as WireListeningEvent } from "../../proto/gen/segue/v1/listening.ts";
import { recommend } from "../../scorer/recommend.ts";
import type { RecommendedTrack } from "../../scorer/recommendation.ts";
import { createScorer, type Scorer } from "../../scorer/scorer.ts";
import { skipChances } from "../../scorer/skip-chances.ts";
import { RANKS_MAX } from "./rank-counts.ts";

/** What is evaluated: the served blend, and each of its sources alone. */
export const SOURCES = ["blend", ...SOURCE_NAMES] as const;
export type Source = (typeof SOURCES)[number];

/** The blend as a bundle weighs it, but with a long-term model of weight 0. */
export const WITHOUT_LONG = "without_long";

/** A listener's whole life in one process: ingest's own batches on a store in memory, and the
 *  scorer's own replies from it. Nothing here scores, steps or ranks by itself. */
export interface Replay {
  /** Asks what would come next, where `event` is not the first of its session, and then hears
   *  it. */
  predict(event: ListeningEvent): Promise<void>;
  /** Hears `event` without asking. */
  hear(event: ListeningEvent): Promise<void>;
  /** The blend's list just before `event`, whether or not that is heard later. */
  list(event: ListeningEvent): Promise<readonly RecommendedTrack[]>;
  /** Predictions whose target the bundle does not know: no list can hold it. */
  unknownTargets(): number;
  /** Answers from what was heard so far. */
  readonly scorer: Scorer;
  /** Whether `event` would be the first of its session. */
  begins(event: ListeningEvent): boolean;
}

/** A list that was asked for, and the event that came next. */
export interface AskedList {
  readonly source: Source | typeof WITHOUT_LONG;
  readonly event: ListeningEvent;
  readonly tracks: readonly RecommendedTrack[];
}

/** What the models said of a play before it came: how likely it would be skipped. */
export interface AskedSkip {
  readonly chance: number;
  readonly skipped: boolean;
}

export interface ReplayOptions {
  readonly observe: (asked: AskedList) => void;
  readonly observeSkip?: (asked: AskedSkip) => void;
  /** Whether listeners with an earlier session are asked for a list without the long-term model,
   *  too, where the bundle's blend has one. */
  readonly asksWithoutLong: boolean;
}

export function startReplay(models: Models, options: ReplayOptions): Replay {
  const { observe, observeSkip, asksWithoutLong } = options;
  const store = createMemoryStore();
  const scorer = evaluationScorer(models, store);
  const blend = wholeBlend(models.bundle.manifest.blend);
  const comparesLong = asksWithoutLong && blend.long > 0;
  const sessions = new Map<ListenerId, number>();
  let unknownTargets = 0;
  let offset = 0;

  const begins = (event: ListeningEvent): boolean => {
    const at = { session: event.session, atMs: event.happenedAtMs };
    return startsSession(store.read(event.listener), at, scorer.rules.idleTimeoutMs);
  };

  async function hear(event: ListeningEvent): Promise<void> {
    if (stepsModels(event.kind) && begins(event)) {
      sessions.set(event.listener, (sessions.get(event.listener) ?? 0) + 1);
    }
    const value = WireListeningEvent.encode(listeningEventToWire(event)).finish();
    const record = { key: event.listener, value, headers: {}, timestampMs: event.happenedAtMs };
    const next = (offset + 1) as Offset;
    await applyBatch(
      { partition: PARTITION, records: [{ ...record, offset: offset as Offset }], next },
      { store, models, topic: "evaluation", deadLetters: refuseLetters, signal: NEVER },
    );
    offset++;
  }

  async function predict(event: ListeningEvent): Promise<void> {
    if (stepsModels(event.kind) && !begins(event)) {
      for (const source of SOURCES) {
        // The bundle's own weights make the blend.
        const weights = source === "blend" ? undefined : { ...NO_WEIGHTS, [source]: 1 };
        observe({
          source,
          event,
          tracks: await ask(scorer, event, { weights, isAlone: weights !== undefined }),
        });
      }
      if (comparesLong && (sessions.get(event.listener) ?? 0) > 1) {
        const tracks = await ask(scorer, event, { weights: { ...blend, long: 0 }, isAlone: false });
        observe({ source: WITHOUT_LONG, event, tracks });
      }
      if (models.bundle.indexOf(event.track) === undefined) unknownTargets++;
      const asked = observeSkip && (await askOfSkip(scorer, event));
      if (asked) observeSkip(asked);
    }
    await hear(event);
  }

  const list = (event: ListeningEvent) =>
    ask(scorer, event, { weights: undefined, isAlone: false });
  return { predict, hear, list, unknownTargets: () => unknownTargets, scorer, begins };
}

const PARTITION = 0 as Partition;
const NEVER = new AbortController().signal;

/** An event that was read from a log folder is a good event; a letter means that our own codec is
 *  off. */
const refuseLetters = {
  append(): Promise<never> {
    throw new Failure("bug", "an event of the log folder was refused by ingest");
  },
};

function evaluationScorer(models: Models, store: ReturnType<typeof createMemoryStore>): Scorer {
  return createScorer({
    ...models,
    state: store,
    partitions: 1,
    // Every query says when it is asked; the ids of these lists go nowhere.
    now: () => 0,
    randomBytes: (length) => new Uint8Array(length),
    notice(failure) {
      throw failure;
    },
  });
}

/** The list that is served just before `event`. A source that is asked alone is not moved away from
 *  skipped tracks: that is the blend's doing. */
async function ask(
  scorer: Scorer,
  event: ListeningEvent,
  { weights, isAlone }: { readonly weights: BlendWeights | undefined; readonly isAlone: boolean },
): Promise<readonly RecommendedTrack[]> {
  const { tracks } = await recommend(scorer, {
    listener: event.listener,
    session: event.session,
    k: RANKS_MAX,
    weights,
    skips: isAlone ? 0 : undefined,
    excludeHeard: 0,
    askedAtMs: event.happenedAtMs,
  });
  return tracks;
}

/** Undefined where the event is no play to its end and no skip, or no model says anything of it. */
async function askOfSkip(scorer: Scorer, event: ListeningEvent): Promise<AskedSkip | undefined> {
  const track = scorer.bundle.indexOf(event.track);
  if (track === undefined || (event.kind !== "skipped" && event.kind !== "finished")) {
    return undefined;
  }
  const asked = { session: event.session, atMs: event.happenedAtMs };
  const record = scorer.state.read(event.listener);
  const chances = await skipChances(scorer, record && listenerRecord(record), {
    asked,
    tracks: [scorer.live.tracks.scored(track)],
  });
  return chances && { chance: chances[0]!, skipped: event.kind === "skipped" };
}

/** One value per source. */
export function bySource<T>(make: (source: Source) => T): Record<Source, T> {
  return Object.fromEntries(SOURCES.map((source) => [source, make(source)])) as Record<Source, T>;
}
