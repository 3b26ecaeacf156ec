import type { Bundle } from "../../core/bundle/bundle.ts";
import type { ListenerRecord } from "../../core/state/listener-record.ts";
import type { SparseSources } from "../retrieval/retriever.ts";
import type { Scorer } from "../scorer.ts";
import { type AskedFor, isInSession } from "../tastes.ts";
import { coplaySource } from "./coplay.ts";
import { neighbourSource } from "./neighbours.ts";
import { sessionTracks } from "./session-tracks.ts";
import type { SparseSource } from "./sparse-source.ts";

/** What a bundle has beside its models, ready to be asked. */
export interface OpenSources {
  readonly neighbours?: SparseSource;
  readonly coplay?: SparseSource;
}

export function openSources(bundle: Pick<Bundle, "sources" | "trackIds">): OpenSources {
  const { neighbours, coplay } = bundle.sources;
  const count = bundle.trackIds.length;
  return {
    ...(neighbours && { neighbours: neighbourSource(neighbours, count) }),
    ...(coplay && { coplay: coplaySource(coplay, count) }),
  };
}

/** What the sources say of the session that the list is for; those are left out that have nothing
 *  to say. */
export function sourceScores(
  scorer: Pick<Scorer, "bundle" | "sources" | "rules">,
  record: ListenerRecord | undefined,
  asked: AskedFor,
): SparseSources {
  const { neighbours, coplay } = scorer.sources;
  if (neighbours === undefined && coplay === undefined) return {};
  if (record === undefined || !isInSession(scorer, record, asked)) return {};
  const session = sessionTracks(scorer.bundle, record.recent);
  const [near, after] = [neighbours?.(session), coplay?.(session)];
  return {
    ...(near && near.tracks.length > 0 && { neighbours: near }),
    ...(after && after.tracks.length > 0 && { coplay: after }),
  };
}
