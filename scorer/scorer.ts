import type { Bundle } from "../core/bundle/bundle.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { BundleMark } from "../core/domain/ids.ts";
import { HEAR_RULES, type HearRules } from "../core/state/hear.ts";
import type { StateReader } from "../core/state/session-store.ts";
import { type OpenAdjustment, openAdjustments } from "./adjustment.ts";
import {
  type LiveCatalogue,
  openLiveCatalogue,
  type ReadCatalogue,
} from "./catalogue/live-catalogue.ts";
import { openRetriever } from "./retrieval/open-retriever.ts";
import { type Retriever, trackSpace } from "./retrieval/retriever.ts";
import type { TrackBits } from "./retrieval/track-bits.ts";
import { longTailOf } from "./rules/facts.ts";
import { runAtOnce, runInSteps, type Steps } from "./run-in-steps.ts";
import { type Averages, averagesInSteps } from "./shares.ts";
import { type OpenSources, sourcesInSteps } from "./sources/open-sources.ts";

/** All that a reply needs of one bundle and one store. Replies only read it, so that one reply
 *  never mixes two bundles, whatever is swapped meanwhile. */
export interface Scorer extends ScorerParts {
  readonly retriever: Retriever;
  readonly sources: OpenSources;
  readonly averages: Averages;
  readonly rules: HearRules;
  readonly live: LiveCatalogue;
  readonly adjustments: OpenAdjustment;
  readonly longTail: TrackBits;
  /** The bundles whose records' hidden states are read as they are, where these are not this
   *  bundle's alone. */
  readonly statesOf?: ReadonlySet<BundleMark>;
}

export interface ScorerParts {
  readonly bundle: Bundle;
  readonly runner: StepRunner;
  readonly state: StateReader;
  /** Without it no track is known to filters and rules. */
  readonly catalogue?: ReadCatalogue;
  /** How many partitions the listening log has. */
  readonly partitions: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Told of what a reply had to do without: a damaged record, a model that failed. */
  readonly notice: (failure: Failure) => void;
}

/** Lays out the bundle's track vectors for search, a tenth of a second for every 10,000 tracks,
 *  indexes its sessions, and begins to read the catalogue, at once. */
export function createScorer(parts: ScorerParts): Scorer {
  return runAtOnce(scorerInSteps(parts));
}

/** The same beside calls that are answered meanwhile: nothing blocks the event loop for more than
 *  some milliseconds. */
export function prepareScorer(parts: ScorerParts): Promise<Scorer> {
  return runInSteps(scorerInSteps(parts));
}

function* scorerInSteps(parts: ScorerParts): Steps<Scorer> {
  const { bundle, catalogue, notice } = parts;
  const space = trackSpace(bundle);
  const retriever = yield* openRetriever(bundle, space, notice);
  yield;
  const sources = yield* sourcesInSteps(bundle);
  yield;
  const averages = yield* averagesInSteps(space);
  yield;
  const live = openLiveCatalogue(bundle, catalogue, notice);
  return {
    ...parts,
    retriever,
    sources,
    averages,
    rules: { ...HEAR_RULES, idleTimeoutMs: bundle.manifest.idle_timeout_ms },
    live,
    adjustments: openAdjustments(bundle, live),
    longTail: longTailOf(bundle),
  };
}
