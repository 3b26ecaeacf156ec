import type { Sources } from "../core/bundle/bundle.ts";
import type { TrainingConfig } from "./config.ts";
import { coplayTable } from "./coplay-table.ts";
import { neighbourSessions } from "./neighbour-sessions.ts";
import { runPlays } from "./run-plays.ts";
import type { Sequences } from "./sequences.ts";

/** What `sessions`, in order of time, give beside the models. */
export function buildSources(
  sequences: Sequences,
  sessions: Int32Array,
  { neighbours, coplay }: Pick<TrainingConfig, "neighbours" | "coplay">,
): Sources {
  const near = neighbours.enabled && neighbourSessions(sequences, sessions, neighbours);
  const after = coplay.enabled && coplayTable(sequences, sessions, coplay);
  const runs = after && runPlays(sequences, sessions, coplay);
  return {
    ...(near && { neighbours: near }),
    ...(after && { coplay: after }),
    ...(runs && { runs }),
  };
}
