import type { SparseSources } from "../retrieval/retriever.ts";
import type { OpenSources } from "./open-sources.ts";

/** The same sources for one list's explanation: most events left out leave the session's plays as
 *  they are, and are then not asked about again. The weights must stay the same. */
export function rememberedSources(sources: OpenSources): OpenSources {
  const answers = new Map<string, SparseSources>();
  return (session, weights) => {
    const key = session.join();
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = sources(session, weights);
    answers.set(key, answer);
    return answer;
  };
}
