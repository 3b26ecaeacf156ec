import { useState } from "preact/hooks";
import { titleOf } from "./player-state.ts";
import type { Player } from "./use-player.ts";

const HEARD_MAX = 32;

const EXAMPLE = "track.release_year > 1990";

/** What is kept out of the list. */
export function ListFilters({ player }: { readonly player: Player }) {
  const { excluded, excludeHeard, setExcludeHeard, include } = player;
  return (
    <div class="filters">
      <h2>Filters</h2>
      <Wishes player={player} />
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

/** A filter is asked for when it is whole, not at each key. */
function Wishes({ player: { wishes, setWishes } }: { readonly player: Player }) {
  const [filter, setFilter] = useState(wishes.filter);
  const submit = (event: Event) => {
    event.preventDefault();
    setWishes({ filter: filter.trim() });
  };
  return (
    <>
      <form class="filter" onSubmit={submit}>
        <label for="filter">Only tracks that pass</label>
        <div>
          <input
            id="filter"
            type="text"
            placeholder={EXAMPLE}
            spellcheck={false}
            autocomplete="off"
            value={filter}
            onInput={({ currentTarget: { value } }) => setFilter(value)}
          />
          <button type="submit">Filter</button>
        </div>
      </form>
      <label class="inline">
        <span>One track of an artist</span>
        <input
          type="checkbox"
          checked={wishes.onePerArtist}
          onChange={({ currentTarget: { checked } }) => setWishes({ onePerArtist: checked })}
        />
      </label>
      <label class="inline">
        <span>Nothing heard lately</span>
        <input
          type="checkbox"
          checked={wishes.unheardOnly}
          onChange={({ currentTarget: { checked } }) => setWishes({ unheardOnly: checked })}
        />
      </label>
    </>
  );
}
