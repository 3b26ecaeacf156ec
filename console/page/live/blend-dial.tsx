import { useEffect, useState } from "preact/hooks";
import { type BlendWeights, type BundleSummary, SOURCES, type Source } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import type { Player } from "./use-player.ts";
import { SOURCE_NAMES } from "./why.ts";

/** Sources that speak of this session; the others speak of all time. */
const OF_SESSION: ReadonlySet<Source> = new Set(["shortTerm", "neighbours", "coplay"]);
/** Moving the dial asks at most so often. */
const SETTLE_MS = 120;

/** How much this session counts against all that is known, from the bundle's own weights on. */
export function BlendDial({ player }: { readonly player: Player }) {
  const own = useOwnBlend();
  const [turn, setTurn] = useState(0);
  const { setBlend, blend } = player;
  useEffect(() => {
    if (own === undefined) return;
    const timer = setTimeout(() => {
      const wanted = turn === 0 ? undefined : turned(own, turn);
      if (JSON.stringify(wanted) !== JSON.stringify(blend)) setBlend(wanted);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [own, turn, blend, setBlend]);
  if (own === undefined) return null;
  return (
    <div class="dial">
      <div class="dial-head">
        <h2 id="dial-name">Blend</h2>
        <button type="button" class="quiet" onClick={() => setTurn(0)} disabled={turn === 0}>
          As learned
        </button>
      </div>
      <input
        type="range"
        min={-1}
        max={1}
        step={0.05}
        value={turn}
        aria-labelledby="dial-name"
        aria-valuetext={wordsFor(turn)}
        onInput={(event) => setTurn(Number(event.currentTarget.value))}
      />
      <div class="dial-ends" aria-hidden="true">
        <span>All they ever liked</span>
        <span>Only this session</span>
      </div>
      <ul class="weights">
        {SOURCES.map((source) => (
          <li key={source}>
            <span>{SOURCE_NAMES[source]}</span>
            <span class="number">{(player.next?.blend?.[source] ?? 0).toFixed(2)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function useOwnBlend(): BlendWeights | undefined {
  const { reply } = useAsked<{ bundles: readonly BundleSummary[] }>("Console/ListBundles", {});
  return reply?.bundles.find(({ served }) => served)?.blend;
}

/** At -1 the session's sources are silent, at 1 those of all time are. */
function turned(own: BlendWeights, turn: number): BlendWeights {
  const weights = SOURCES.map((source) => {
    const factor = OF_SESSION.has(source) ? Math.min(1, 1 + turn) : Math.min(1, 1 - turn);
    return [source, own[source] * factor] as const;
  });
  return { ...own, ...Object.fromEntries(weights) };
}

function wordsFor(turn: number): string {
  if (turn === 0) return "as learned";
  const percent = Math.round(Math.abs(turn) * 100);
  return `${percent}% towards ${turn > 0 ? "this session" : "all they ever liked"}`;
}
