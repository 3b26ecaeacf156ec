import { useState } from "preact/hooks";
import { Empty, Trouble, Waiting } from "../parts/notes.tsx";
import type { FoundTrack, SimilarTracks } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import { ExposureLine, MostExposed } from "./exposure.tsx";
import { TrackRow } from "./track-row.tsx";

export function CatalogueSearch() {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<FoundTrack>();
  const asked = useAsked<{ tracks: readonly FoundTrack[] }>("Console/SearchTracks", {
    text,
    k: 30,
  });
  const found = asked.reply?.tracks ?? [];
  return (
    <div class="finder">
      <div class="finder-list">
        <label for="track-search">Title, artist or id</label>
        <input
          id="track-search"
          type="search"
          value={text}
          maxLength={100}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {asked.trouble !== undefined && <Trouble words={asked.trouble} retry={asked.again} />}
        <ul class="choices">
          {found.map((track) => (
            <li key={track.track}>
              <button
                type="button"
                aria-pressed={chosen?.track === track.track}
                onClick={() => setChosen(track)}
              >
                <span class="name">{nameOf(track)}</span>
                <span class="when">{track.details?.artists.join(", ")}</span>
              </button>
            </li>
          ))}
        </ul>
        {asked.reply !== undefined && found.length === 0 && (
          <Empty title="No such track">
            <p>The bundle knows no title, artist or id with these words.</p>
          </Empty>
        )}
      </div>
      {chosen === undefined ? (
        <MostExposed choose={(track) => setChosen(asFound(track))} />
      ) : (
        <TrackCard
          key={chosen.track}
          track={chosen}
          choose={setChosen}
          leave={() => setChosen(undefined)}
        />
      )}
    </div>
  );
}

/** A track of which only its names are known here. */
function asFound({ track, details }: Pick<FoundTrack, "track" | "details">): FoundTrack {
  return { track, trackMs: 0, genres: [], ...(details && { details }) };
}

function nameOf({ track, details }: FoundTrack): string {
  return details?.title || track;
}

interface TrackCardProps {
  readonly track: FoundTrack;
  choose(track: FoundTrack): void;
  leave(): void;
}

function TrackCard({ track, choose, leave }: TrackCardProps) {
  const { reply, trouble, again } = useAsked<SimilarTracks>("Recommender/SimilarTracks", {
    track: track.track,
    k: 12,
    withDetails: true,
  });
  return (
    <article class="card">
      <header>
        <h2>{nameOf(track)}</h2>
        <button type="button" class="quiet" onClick={leave}>
          Recommended most
        </button>
      </header>
      <p class="hint">
        {[track.details?.artists.join(", "), track.details?.album, ...track.genres, track.track]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <ExposureLine track={track.track} />
      <h3>Nearest tracks</h3>
      {trouble !== undefined && <Trouble words={trouble} retry={again} />}
      {reply === undefined && trouble === undefined && <Waiting words="Measuring…" />}
      <ul class="near">
        {reply?.tracks.map(({ track: id, similarity, details }) => (
          <TrackRow
            key={id}
            track={id}
            details={details}
            share={similarity}
            shareName="Likeness"
            shareWords={similarity.toFixed(2)}
            choose={() => choose(asFound({ track: id, ...(details && { details }) }))}
          />
        ))}
      </ul>
    </article>
  );
}
