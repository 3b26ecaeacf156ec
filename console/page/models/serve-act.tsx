import { useEffect, useState } from "preact/hooks";
import { Confirmed } from "../parts/confirmed.tsx";
import { call } from "../wire/call.ts";
import type { BundleSummary } from "../wire/messages.ts";

/** Hands a bundle to scorer and ingest, or goes back to the one before, once it was asked again. */
export function ServeAct({ bundle }: { readonly bundle: BundleSummary }) {
  const { id, name, before } = bundle;
  const [words, setWords] = useState<string>();
  const serve = async () => {
    setWords("Checking it, and handing it over…");
    try {
      await call("Console/ServeBundle", { bundleId: id });
      setWords("It is in place. Scorer and ingest take it now…");
    } catch (error) {
      setWords((error as Error).message);
    }
  };
  // A bundle that was taken is shown as served, and has nothing more to say.
  useEffect(() => setWords(undefined), [bundle.served]);
  const short = id.slice(0, 12);
  return (
    <div class="serve-act">
      <Confirmed
        id={`serve-${short}`}
        label={before ? "Roll back to this…" : "Serve this…"}
        title={before ? `Roll back to ${short}?` : `Serve ${name}?`}
        act={before ? "Roll back" : "Serve"}
        refuse="Leave it"
        onConfirm={serve}
      >
        <p>
          Scorer and ingest go over to bundle {short} within seconds, and no call fails. Listeners
          keep what they are: the new models step their recent events anew. The bundle that serves
          now can be rolled back to.
        </p>
      </Confirmed>
      <span role="status">{words}</span>
    </div>
  );
}
