import { count, figure } from "../parts/format.ts";
import { Empty, Trouble, Waiting } from "../parts/notes.tsx";
import type { ExposureReply, TrackExposure } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import { TrackRow } from "./track-row.tsx";

/** The tracks that are recommended most, and how much of the catalogue is recommended at all. */
export function MostExposed({ choose }: { choose(track: TrackExposure): void }) {
  const { reply, trouble, again } = useAsked<ExposureReply>("Console/GetExposure", { k: 12 });
  if (trouble !== undefined) return <Trouble words={trouble} retry={again} />;
  if (reply === undefined) return <Waiting words="Counting…" />;
  if (reply.tracks.length === 0) {
    return (
      <Empty title="Choose a track">
        <p>You will see the tracks nearest to it, and how often it is recommended.</p>
      </Empty>
    );
  }
  const { lists, distinctTracks, knownTracks, tracks } = reply;
  return (
    <article class="card">
      <header>
        <h2>Recommended most</h2>
        <button type="button" class="quiet" onClick={again}>
          Count again
        </button>
      </header>
      <p class="hint">
        In the last {count(lists)} lists: {count(distinctTracks)} of {count(knownTracks)} tracks (
        {percent(Number(distinctTracks) / Number(knownTracks))}).
      </p>
      <ul class="near">
        {tracks.map((track) => (
          <TrackRow
            key={track.track}
            track={track.track}
            details={track.details}
            share={Number(track.lists) / Number(lists)}
            shareName="Share of lists"
            shareWords={percent(Number(track.lists) / Number(lists))}
            choose={() => choose(track)}
          />
        ))}
      </ul>
    </article>
  );
}

/** How often one track was recommended, as a sentence; nothing before that is known. */
export function ExposureLine({ track }: { readonly track: string }) {
  const { reply } = useAsked<ExposureReply>("Console/GetExposure", { tracks: [track] });
  const told = reply?.tracks[0];
  if (reply === undefined || told === undefined) return null;
  const { lists } = told;
  if (Number(lists) === 0) {
    return <p class="exposure">In none of the last {count(reply.lists)} lists.</p>;
  }
  return (
    <p class="exposure">
      In {count(lists)} of the last {count(reply.lists)} lists (
      {percent(Number(lists) / Number(reply.lists))}), at place {figure(told.meanRank)} on average.
    </p>
  );
}

/** "4.1%", "0.03%" */
function percent(share: number): string {
  return `${figure(100 * share)}%`;
}
