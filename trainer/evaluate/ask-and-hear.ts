import { NO_WEIGHTS, SOURCE_NAMES } from "../../core/bundle/manifest.ts";
import { listeningEventToWire } from "../../core/domain/decode-listening-event.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import { type ListeningEvent, stepsModels } from "../../core/domain/listening-event.ts";
import type { Models } from "../../core/state/advance.ts";
import { createMemoryStore } from "../../core/state/memory-store.ts";
import { startsSession } from "../../core/state/session-cut.ts";
import { applyBatch } from "../../ingest/apply-batch.ts";
import { ListeningEvent as WireListeningEvent } from "../../proto/gen/segue/v1/listening.ts";
import { recommend } from "../../scorer/recommend.ts";
import type { RecommendedTrack } from "../../scorer/recommendation.ts";
import { createScorer, type Scorer } from "../../scorer/scorer.ts";
import { RANKS_MAX } from "./rank-counts.ts";

/** What is evaluated: the served blend, and each of its sources alone. */
export const SOURCES = ["blend", ...SOURCE_NAMES] as const;
export type Source = (typeof SOURCES)[number];

/** A listener's whole life in one process: ingest's own batches on a store in memory, and the
 *  scorer's own replies from it. Nothing here scores, steps or ranks by itself. */
export interface Replay {
  /** Asks what would come next, where `event` is not the first of its session, and then hears
   *  it. */
  predict(event: ListeningEvent): Promise<void>;
  /** Hears `event` without asking. */
  hear(event: ListeningEvent): Promise<void>;
  /** Predictions whose target the bundle does not know: no list can hold it. */
  unknownTargets(): number;
}

/** A list that was asked for, and the event that came next. */
export interface AskedList {
  readonly source: Source;
  readonly event: ListeningEvent;
  readonly tracks: readonly RecommendedTrack[];
}

export function startReplay(models: Models, observe: (asked: AskedList) => void): Replay {
  const store = createMemoryStore();
  const scorer = evaluationScorer(models, store);
  let unknownTargets = 0;
  let offset = 0;

  async function hear(event: ListeningEvent): Promise<void> {
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
    const at = { session: event.session, atMs: event.happenedAtMs };
    const previous = store.read(event.listener);
    if (stepsModels(event.kind) && !startsSession(previous, at, scorer.rules.idleTimeoutMs)) {
      await askAll(scorer, event, observe);
      if (models.bundle.indexOf(event.track) === undefined) unknownTargets++;
    }
    await hear(event);
  }

  return { predict, hear, unknownTargets: () => unknownTargets };
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

/** Asks for the blend's list and for each source's own. */
async function askAll(
  scorer: Scorer,
  event: ListeningEvent,
  observe: (asked: AskedList) => void,
): Promise<void> {
  for (const source of SOURCES) {
    const { tracks } = await recommend(scorer, {
      listener: event.listener,
      session: event.session,
      k: RANKS_MAX,
      // The bundle's own weights make the blend.
      weights: source === "blend" ? undefined : { ...NO_WEIGHTS, [source]: 1 },
      excludeHeard: 0,
      askedAtMs: event.happenedAtMs,
    });
    observe({ source, event, tracks });
  }
}

/** One value per source. */
export function bySource<T>(make: (source: Source) => T): Record<Source, T> {
  return Object.fromEntries(SOURCES.map((source) => [source, make(source)])) as Record<Source, T>;
}
