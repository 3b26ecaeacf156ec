import { useRef, useState } from "preact/hooks";
import { duration, wordOf } from "../parts/format.ts";
import type { NextTracks, RecommendedTrack } from "../wire/messages.ts";
import type { Movement } from "./movements.ts";
import { SHOWN_TRACKS, titleOf } from "./player-state.ts";
import { SourceBar, SourceLegend } from "./source-bar.tsx";
import { useFlip } from "./use-flip.ts";
import type { Player } from "./use-player.ts";
import { whyThis } from "./why.ts";

/** The next tracks, best first; each opens to say why it is there. */
export function NextList({ player }: { readonly player: Player }) {
  const [opened, setOpened] = useState<string>();
  const list = useRef<HTMLOListElement>(null);
  const next = player.next!;
  const shown = next.tracks.slice(0, SHOWN_TRACKS);
  useFlip(list, shown.map(({ track }) => track).join("\n"));
  return (
    <>
      <header class="queue-head">
        <h2>Next</h2>
        <p>{rungLine(next)}</p>
      </header>
      <ol class="next" ref={list}>
        {shown.map((track, place) => (
          <li
            key={track.track}
            data-track={track.track}
            class={opened === track.track ? "open" : ""}
          >
            <Row
              track={track}
              place={place}
              movement={player.movements.get(track.track)}
              isOpen={opened === track.track}
              toggle={() => setOpened(opened === track.track ? undefined : track.track)}
            />
            {opened === track.track && <Why track={track} player={player} />}
          </li>
        ))}
      </ol>
      <SourceLegend />
    </>
  );
}

/** "blend of session and long term · state 40 ms old" */
function rungLine({ rung, freshness, shortenedBy }: NextTracks): string {
  const parts = [RUNG_WORDS[rung] ?? wordOf(rung)];
  if (freshness !== undefined) parts.push(`state ${duration(Number(freshness.ageMs))} old`);
  if (shortenedBy !== "") parts.push(shortenedBy);
  return parts.join(" · ");
}

const RUNG_WORDS: Readonly<Record<string, string>> = {
  RUNG_BLEND: "session and long-term taste together",
  RUNG_SHORT_TERM: "this session alone",
  RUNG_LONG_TERM: "long-term taste alone",
  RUNG_COPLAY: "what others played next",
  RUNG_POPULARITY: "what everybody plays: nothing is known yet",
};

interface RowProps {
  readonly track: RecommendedTrack;
  readonly place: number;
  readonly movement: Movement | undefined;
  readonly isOpen: boolean;
  toggle(): void;
}

function Row({ track, place, movement, isOpen, toggle }: RowProps) {
  return (
    <button type="button" class="row" aria-expanded={isOpen} onClick={toggle}>
      <span class="place">{place + 1}</span>
      <Moved movement={movement} />
      <span class="names">
        <span class="name">{titleOf(track)}</span>
        <span class="by">
          {track.newTrack && <span class="badge">new track</span>}
          {track.details?.artists.join(", ")}
        </span>
      </span>
      <SourceBar shares={track.shares} />
    </button>
  );
}

function Moved({ movement }: { readonly movement: Movement | undefined }) {
  if (movement === undefined || movement.kind === "stayed") return <span class="moved" />;
  if (movement.kind === "new") return <span class="moved new">new</span>;
  const { kind, places } = movement;
  const words = `${kind} ${places} ${places === 1 ? "place" : "places"}`;
  return (
    <span class={`moved ${kind}`}>
      <span aria-hidden="true">
        {kind === "rose" ? "↑" : "↓"}
        {places}
      </span>
      <span class="sr-only">{words}</span>
    </span>
  );
}

function Why({ track, player }: { readonly track: RecommendedTrack; readonly player: Player }) {
  return (
    <div class="why">
      {whyThis(track, player).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <div class="why-acts">
        <button type="button" onClick={() => player.playNow(track)}>
          Play now
        </button>
        <button type="button" class="quiet" onClick={() => player.exclude(track)}>
          Keep out of the list
        </button>
      </div>
    </div>
  );
}
