import { useState } from "preact/hooks";
import { ago, count, size } from "../parts/format.ts";
import { Empty, Trouble } from "../parts/notes.tsx";
import { call } from "../wire/call.ts";
import type { DeadLetter } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import { readable } from "./readable.ts";

/** Records that were no listening events: why, what they hold, and another try. */
export function DeadLetters({ total }: { readonly total: number }) {
  // Another number of letters is another request, so new ones are seen as they come.
  const asked = useAsked<{ letters: readonly DeadLetter[] }>("Console/ListDeadLetters", {
    k: Math.max(1, Math.min(100, total)),
  });
  const letters = asked.reply?.letters ?? [];
  return (
    <section aria-label="Dead letters">
      <h2>Dead letters</h2>
      {asked.trouble !== undefined && <Trouble words={asked.trouble} retry={asked.again} />}
      {total === 0 && (
        <Empty title="None">
          <p>Every record of the log was a listening event. What is none would be kept here.</p>
        </Empty>
      )}
      {total > 0 && (
        <>
          <p class="hint">
            The newest {count(letters.length)} of {count(total)}. A replay appends the record once
            more, where it is an event by now.
          </p>
          <ul class="letters">
            {letters.map((letter) => (
              <Letter key={`${letter.letter.partition}/${letter.letter.offset}`} letter={letter} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Letter({ letter }: { readonly letter: DeadLetter }) {
  const [outcome, setOutcome] = useState<string>();
  const replay = async () => {
    setOutcome("on its way…");
    const place = { letter: letter.letter };
    try {
      const done = await call<{ replayed: boolean; reason: string }>(
        "Console/ReplayDeadLetter",
        place,
      );
      setOutcome(done.replayed ? "Appended once more." : `Not replayed: ${done.reason}`);
    } catch (error) {
      setOutcome((error as Error).message);
    }
  };
  const { record, topic, reason, field, writtenAtMs, valueBytes, value } = letter;
  return (
    <li>
      <details>
        <summary>
          <span class="reason">{field === "" ? reason : `${field}: ${reason}`}</span>
          <span class="when">{ago(writtenAtMs)}</span>
        </summary>
        <p class="hint">
          Record {record.offset} of partition {record.partition} in {topic}, {size(valueBytes)}
        </p>
        <pre>{readable(value)}</pre>
        <p class="letter-acts">
          <button type="button" onClick={replay}>
            Replay
          </button>
          <span role="status">{outcome}</span>
        </p>
      </details>
    </li>
  );
}
