import { useState } from "preact/hooks";
import { ago } from "../parts/format.ts";
import { Empty, Trouble } from "../parts/notes.tsx";
import type { ListenerSummary } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import { ListenerCard } from "./listener-card.tsx";

export function ListenerSearch({ play }: { play(listener: string): void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string>();
  const asked = useAsked<{ listeners: readonly ListenerSummary[] }>("Console/ListListeners", {
    prefix: text.trim(),
    k: 30,
  });
  const found = asked.reply?.listeners ?? [];
  // Until somebody is chosen, whoever was heard last is looked at.
  const [first] = found;
  const shown = chosen ?? first?.listener;
  return (
    <div class="finder">
      <div class="finder-list">
        <label for="listener-search">Id, or how it begins</label>
        <input
          id="listener-search"
          type="search"
          value={text}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {asked.trouble !== undefined && <Trouble words={asked.trouble} retry={asked.again} />}
        <ul class="choices">
          {found.map(({ listener, appendedAtMs }) => (
            <li key={listener}>
              <button
                type="button"
                aria-pressed={shown === listener}
                onClick={() => setChosen(listener)}
              >
                <span class="name">{listener}</span>
                <span class="when">{ago(appendedAtMs)}</span>
              </button>
            </li>
          ))}
        </ul>
        {asked.reply !== undefined && found.length === 0 && (
          <Empty title="Nobody by this name">
            <p>
              Listeners of the newest records are found by how they begin, others by their whole id.
            </p>
          </Empty>
        )}
      </div>
      {shown !== undefined && (
        <ListenerCard key={shown} listener={shown} play={play} forgotten={asked.again} />
      )}
    </div>
  );
}
