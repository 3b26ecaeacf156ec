import { titleOf } from "./player-state.ts";
import type { Player } from "./use-player.ts";

const HEARD_MAX = 32;

/** What is kept out of the list. */
export function ListFilters({ player }: { readonly player: Player }) {
  const { excluded, excludeHeard, setExcludeHeard, include } = player;
  return (
    <div class="filters">
      <h2>Kept out</h2>
      <label class="inline">
        <span>The last tracks heard</span>
        <input
          type="number"
          min={0}
          max={HEARD_MAX}
          value={excludeHeard}
          onChange={({ currentTarget: { valueAsNumber } }) => {
            if (valueAsNumber >= 0 && valueAsNumber <= HEARD_MAX) setExcludeHeard(valueAsNumber);
          }}
        />
      </label>
      {excluded.length === 0 ? (
        <p class="hint">Open a track of the list to keep it out.</p>
      ) : (
        <ul class="chips">
          {excluded.map((track) => (
            <li key={track.track}>
              <button type="button" onClick={() => include(track)}>
                {titleOf(track)}
                <span aria-hidden="true"> ×</span>
                <span class="sr-only">: let it in again</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
