import type { Bundle } from "../core/bundle/bundle.ts";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import type { Failure } from "../core/domain/failure.ts";
import { HEAR_RULES, type HearRules } from "../core/state/hear.ts";
import type { StateReader } from "../core/state/session-store.ts";
import { exactScan } from "./retrieval/exact-scan.ts";
import { type Retriever, trackSpace } from "./retrieval/retriever.ts";
import { type Averages, catalogueAverages } from "./shares.ts";
import { type OpenSources, openSources } from "./sources/open-sources.ts";

/** All that a reply needs of one bundle and one store. Replies only read it, so that one reply
 *  never mixes two bundles, whatever is swapped meanwhile. */
export interface Scorer extends ScorerParts {
  readonly retriever: Retriever;
  readonly sources: OpenSources;
  readonly averages: Averages;
  readonly rules: HearRules;
}

export interface ScorerParts {
  readonly bundle: Bundle;
  readonly runner: StepRunner;
  readonly state: StateReader;
  /** How many partitions the listening log has. */
  readonly partitions: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Told of what a reply had to do without: a damaged record, a model that failed. */
  readonly notice: (failure: Failure) => void;
}

/** Lays out the bundle's track vectors for search, about 20 ms for every 10,000 tracks, and indexes
 *  its sessions. */
export function createScorer(parts: ScorerParts): Scorer {
  const space = trackSpace(parts.bundle);
  return {
    ...parts,
    retriever: exactScan(space),
    sources: openSources(parts.bundle),
    averages: catalogueAverages(space),
    rules: { ...HEAR_RULES, idleTimeoutMs: parts.bundle.manifest.idle_timeout_ms },
  };
}
