import type { Sources } from "../../core/bundle/bundle.ts";
import type { ScanMemory } from "../retrieval/scan-memory.ts";
import { type LaidOutCoplay, planCoplay } from "./coplay.ts";
import { type LaidOutNeighbours, planNeighbours } from "./neighbours.ts";
import { indexSessions } from "./session-index.ts";
import { sourcePlan } from "./source-plan.ts";
import { planTally, type TallyPlaces } from "./tally.ts";

/** A bundle's sources in a memory of the kernels, with all that is worked out of them before one is
 *  asked; data alone, so that one thread can hand it to another. All places are bytes. */
export interface LaidOutSources {
  readonly memory: ScanMemory;
  /** Both count on the same memory, one after the other. */
  readonly tally: TallyPlaces;
  readonly neighbours?: LaidOutNeighbours;
  readonly coplay?: LaidOutCoplay;
}

/** Lays out the sources of a catalogue of `count` tracks. About a tenth of a second for a million
 *  plays. Throws `bad_bundle` where they need more memory than there can be. */
export function layOutSources(sources: Sources, count: number): LaidOutSources {
  const { neighbours, coplay, runs } = sources;
  const plan = sourcePlan();
  const index = neighbours && indexSessions(neighbours, count);
  const tally = planTally(plan, count, index?.rarity);
  const places = {
    tally,
    ...(neighbours && index && { neighbours: planNeighbours(plan, tally, neighbours, index) }),
    ...(coplay && { coplay: planCoplay(plan, tally, coplay, runs) }),
  };
  return { memory: plan.load(), ...places };
}
