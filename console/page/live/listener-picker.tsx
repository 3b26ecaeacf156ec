import { useState } from "preact/hooks";
import { ago } from "../parts/format.ts";
import { Empty, Trouble, Waiting } from "../parts/notes.tsx";
import type { ListenerSummary } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";

interface ListenerPickerProps {
  choose(listener: string): void;
}

/** Who to play for: a listener whom the log knows, or somebody new. */
export function ListenerPicker({ choose }: ListenerPickerProps) {
  const [text, setText] = useState("");
  const prefix = text.trim();
  const asked = useAsked<{ listeners: readonly ListenerSummary[] }>("Console/ListListeners", {
    prefix,
    k: 12,
  });
  const found = asked.reply?.listeners;
  const submit = (event: Event) => {
    event.preventDefault();
    if (prefix !== "") choose(prefix);
  };
  return (
    <section class="picker">
      <h1>Who is listening?</h1>
      <p class="lead">
        Pick somebody who listens right now, or type a name and begin from nothing. Then play, skip
        and like, and watch the next tracks follow.
      </p>
      <form onSubmit={submit}>
        <label for="listener">Listener</label>
        <div class="with-button">
          <input
            id="listener"
            value={text}
            maxLength={200}
            autocomplete="off"
            spellcheck={false}
            placeholder="a name, old or new"
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit" class="primary" disabled={prefix === ""}>
            Listen
          </button>
        </div>
      </form>
      {asked.trouble !== undefined && <Trouble words={asked.trouble} retry={asked.again} />}
      {found === undefined && asked.trouble === undefined && (
        <Waiting words="Looking who was here…" />
      )}
      {found !== undefined && found.length > 0 && <Found found={found} choose={choose} />}
      {found !== undefined && found.length === 0 && <NobodyFound prefix={prefix} />}
    </section>
  );
}

function Found({
  found,
  choose,
}: ListenerPickerProps & { readonly found: readonly ListenerSummary[] }) {
  return (
    <>
      <h2>Heard last</h2>
      <ul class="listeners">
        {found.map(({ listener, appendedAtMs }) => (
          <li key={listener}>
            <button type="button" onClick={() => choose(listener)}>
              <span class="name">{listener}</span>
              <span class="when">{ago(appendedAtMs)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function NobodyFound({ prefix }: { readonly prefix: string }) {
  if (prefix === "") {
    return (
      <Empty title="Nobody was heard yet">
        <p>
          Type any name to be the first. What you play and skip goes into the log like any play.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={`${prefix} is new here`}>
      <p>Listen as {prefix}: the first list is what everybody plays, until you skip.</p>
    </Empty>
  );
}
