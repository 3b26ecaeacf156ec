import type { Bundle } from "../core/bundle/bundle.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { BundleMark } from "../core/domain/ids.ts";
import { HEAR_RULES, type HearRules } from "../core/state/hear.ts";
import type { StateReader } from "../core/state/session-store.ts";
import { type OpenAdjustment, openAdjustments } from "./adjustment.ts";
import { type AskedLately, createAskedLately } from "./asked-lately.ts";
import {
  type LiveCatalogue,
  openLiveCatalogue,
  type ReadCatalogue,
} from "./catalogue/live-catalogue.ts";
import { NEW_TRACKS_MAX } from "./catalogue/new-tracks/new-tracks.ts";
import { withNewTracks } from "./catalogue/new-tracks/with-new-tracks.ts";
import { type BundleLayout, layOutBundle } from "./lay-out-bundle.ts";
import { createRebuiltStates, type RebuiltStates } from "./rebuilt-states.ts";
import { openRetriever } from "./retrieval/open-retriever.ts";
import type { Retriever } from "./retrieval/retriever.ts";
import type { TrackBits } from "./retrieval/track-bits.ts";
import type { Averages } from "./shares.ts";
import { type OpenSources, openSources } from "./sources/open-sources.ts";

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
  readonly rebuilt: RebuiltStates;
  readonly asked: AskedLately;
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
  /** How many tracks of the catalogue that the bundle does not know are recommended at most;
   *  `NEW_TRACKS_MAX` where it is absent. */
  readonly newTracksMax?: number | undefined;
  /** How many partitions the listening log has. */
  readonly partitions: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Who was asked for of late, whatever the bundle; nobody yet where it is absent. */
  readonly asked?: AskedLately;
  /** Whether another scorer answers calls until this one is up to date. */
  readonly isBeside?: boolean;
  /** Told of what a reply had to do without: a damaged record, a model that failed. */
  readonly notice: (failure: Failure) => void;
}

/** Opens a scorer of a bundle, which is laid out first where that was not done in another thread,
 *  and begins to read the catalogue. */
export function createScorer(
  parts: ScorerParts,
  layout: BundleLayout = layOutBundle(parts.bundle),
): Scorer {
  const { bundle, catalogue, notice, isBeside = false } = parts;
  const { averages } = layout;
  const newTracks = { averages, max: parts.newTracksMax ?? NEW_TRACKS_MAX };
  const live = openLiveCatalogue(bundle, catalogue, notice, { newTracks, isBeside });
  const retriever = openRetriever(bundle, layout.tracks, notice);
  return {
    ...parts,
    retriever: withNewTracks(retriever, live),
    sources: openSources(layout.sources),
    averages,
    rules: { ...HEAR_RULES, idleTimeoutMs: bundle.manifest.idle_timeout_ms },
    live,
    adjustments: openAdjustments(bundle, live),
    longTail: layout.longTail,
    rebuilt: createRebuiltStates(parts),
    asked: parts.asked ?? createAskedLately(),
  };
}
