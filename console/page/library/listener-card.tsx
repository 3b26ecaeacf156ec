import { useState } from "preact/hooks";
import { Confirmed } from "../parts/confirmed.tsx";
import { ago, count, wordOf } from "../parts/format.ts";
import { Empty, Trouble, Waiting } from "../parts/notes.tsx";
import { call } from "../wire/call.ts";
import type { FoundTrack, Listener, RecentEvent } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";

interface ListenerCardProps {
  readonly listener: string;
  play(listener: string): void;
  /** Called when the listener was forgotten. */
  forgotten(): void;
}

export function ListenerCard({ listener, play, forgotten }: ListenerCardProps) {
  const { reply, trouble, again } = useAsked<Listener>("Recommender/GetListener", { listener });
  if (trouble !== undefined) return <Trouble words={trouble} retry={again} />;
  if (reply === undefined) return <Waiting words={`Reading what is known of ${listener}…`} />;
  return (
    <article class="card">
      <header>
        <h2>{listener}</h2>
        <button type="button" class="primary" onClick={() => play(listener)}>
          Play as {listener}
        </button>
      </header>
      {reply.known ? (
        <>
          <Facts known={reply} />
          <h3>Heard last</h3>
          <Recent events={reply.recent} />
          <Forget
            listener={listener}
            done={() => {
              forgotten();
              again();
            }}
          />
        </>
      ) : (
        <Empty title="Nothing is known of them">
          <p>They were never heard, or they were forgotten.</p>
        </Empty>
      )}
    </article>
  );
}

function Facts({ known }: { readonly known: Listener }) {
  return (
    <dl class="facts">
      <div>
        <dt>last event</dt>
        <dd>{ago(known.lastEventAtMs)}</dd>
      </div>
      <div>
        <dt>session</dt>
        <dd>{known.session || "cut by silence"}</dd>
      </div>
      <div>
        <dt>events stepped</dt>
        <dd>
          {count(known.eventsStepped)}, {known.sessionEventsStepped} in this session
        </dd>
      </div>
      {known.models.map(({ model, hiddenSize, norm }) => (
        <div key={model}>
          <dt>{model}-term state</dt>
          <dd>
            {hiddenSize} units, length {norm.toFixed(2)}
          </dd>
        </div>
      ))}
      <div>
        <dt>stepped by</dt>
        <dd>
          <code>{known.bundleId.slice(0, 12)}</code>
        </dd>
      </div>
    </dl>
  );
}

/** So many are shown at first. */
const SHOWN_EVENTS = 10;

function Recent({ events }: { readonly events: readonly RecentEvent[] }) {
  const [isWhole, setWhole] = useState(false);
  const titles = useTitles(events);
  if (events.length === 0) return <p class="hint">No event is kept.</p>;
  const shown = isWhole ? events : events.slice(0, SHOWN_EVENTS);
  return (
    <>
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col">Track</th>
              <th scope="col">What</th>
              <th scope="col">Heard</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ track, kind, fractionPlayed, happenedAtMs }) => (
              <tr key={`${track} ${happenedAtMs} ${kind}`}>
                <th scope="row">{titles.get(track) || track || "not in this bundle"}</th>
                <td>{wordOf(kind)}</td>
                <td>{Math.round(fractionPlayed * 100)}%</td>
                <td>{ago(happenedAtMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {events.length > SHOWN_EVENTS && (
        <button type="button" class="quiet" onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Show fewer" : `Show all ${events.length}`}
        </button>
      )}
    </>
  );
}

function useTitles(events: readonly RecentEvent[]): ReadonlyMap<string, string> {
  const tracks = [...new Set(events.map(({ track }) => track))].filter((track) => track !== "");
  const { reply } = useAsked<{ tracks: readonly FoundTrack[] }>("Console/GetTracks", { tracks });
  return new Map(reply?.tracks.map(({ track, details }) => [track, details?.title ?? ""]));
}

/** Asks once more before it writes the tombstone. */
function Forget({ listener, done }: { readonly listener: string; done(): void }) {
  const [words, setWords] = useState<string>();
  const forget = async () => {
    setWords("Writing the tombstone…");
    try {
      await call("Recommender/ForgetListener", { listener });
      setWords(`${listener} is forgotten.`);
      setTimeout(done, 300);
    } catch (error) {
      setWords((error as Error).message);
    }
  };
  return (
    <div class="forget">
      <Confirmed
        id="forget-title"
        label="Forget this listener…"
        title={`Forget ${listener}?`}
        act="Forget"
        refuse="Keep"
        danger
        onConfirm={forget}
      >
        <p>
          A tombstone goes into the log: state and history are erased, and every replay comes to the
          same end. This cannot be undone.
        </p>
      </Confirmed>
      <span role="status">{words}</span>
    </div>
  );
}
