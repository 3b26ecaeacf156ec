import { useState } from "preact/hooks";
import { count, duration } from "../parts/format.ts";
import { Trouble } from "../parts/notes.tsx";
import { call } from "../wire/call.ts";
import type { StoreCheck } from "../wire/messages.ts";

/** Reads every byte of the store, so only when it is asked to. */
export function Doctor() {
  const [check, setCheck] = useState<StoreCheck>();
  const [trouble, setTrouble] = useState<string>();
  const [isLooking, setLooking] = useState(false);
  const look = async () => {
    setLooking(true);
    setTrouble(undefined);
    try {
      setCheck(await call<StoreCheck>("Console/CheckStore"));
    } catch (error) {
      setTrouble((error as Error).message);
    }
    setLooking(false);
  };
  return (
    <section aria-label="Doctor">
      <h2>Doctor</h2>
      <p class="hint">
        Checks every byte of the listeners' store, as <code>segue doctor</code> does.
      </p>
      <p>
        <button type="button" onClick={look} disabled={isLooking}>
          {isLooking ? "Looking…" : "Look at the store"}
        </button>
      </p>
      {trouble !== undefined && <Trouble words={trouble} retry={look} />}
      {check !== undefined && (
        <div class={check.sound ? "verdict sound" : "verdict damaged"} role="status">
          <p class="verdict-title">{verdictOf(check)}</p>
          <p>
            {count(check.listeners)} listeners in {check.partitions} partitions, read in{" "}
            {duration(Number(check.tookMs))}.
          </p>
          {check.damaged.map(({ entry, damage }) => (
            <p key={`${entry} ${damage}`}>
              {entry}: {damage}
            </p>
          ))}
        </div>
      )}
    </section>
  );
}

function verdictOf({ sound, readable }: StoreCheck): string {
  if (sound) return "The store is sound.";
  return readable
    ? "Entries are damaged. Stop ingest and run: segue doctor --repair"
    : "The store's file cannot be read. Stop ingest and run: segue doctor --repair";
}
