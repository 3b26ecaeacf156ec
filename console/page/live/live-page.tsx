import { Empty, Trouble } from "../parts/notes.tsx";
import { BlendDial } from "./blend-dial.tsx";
import { HiddenStrips } from "./hidden-strips.tsx";
import { ListFilters } from "./list-filters.tsx";
import { ListenerPicker } from "./listener-picker.tsx";
import { NextList } from "./next-list.tsx";
import { NowPlaying } from "./now-playing.tsx";
import { TasteMap } from "./taste-map.tsx";
import type { Player } from "./use-player.ts";
import { useShortcuts } from "./use-shortcuts.ts";

interface LivePageProps {
  readonly listener: string | undefined;
  choose(listener: string | undefined): void;
  readonly player: Player;
}

/** A simulated player beside what moves inside Segue while it plays. */
export function LivePage({ listener, choose, player }: LivePageProps) {
  useShortcuts(player, listener !== undefined);
  if (listener === undefined) return <ListenerPicker choose={choose} />;
  const { next, trouble, retry } = player;
  return (
    <div class="live">
      <section class="stage" aria-label="Now playing">
        <ListenerLine listener={listener} leave={() => choose(undefined)} player={player} />
        {trouble !== undefined && <Trouble words={trouble} retry={retry} />}
        <NowPlaying player={player} />
        <TasteMap player={player} />
        <HiddenStrips models={player.taste?.models ?? []} />
      </section>
      <section class="queue" aria-label="What comes next">
        {next === undefined && trouble === undefined && (
          <p class="waiting" role="status">
            Asking for the first list…
          </p>
        )}
        {next !== undefined && next.tracks.length === 0 && (
          <Empty title="Nothing is left to play">
            <p>{next.shortenedBy || "The catalogue holds no other track."}</p>
          </Empty>
        )}
        {next !== undefined && next.tracks.length > 0 && <NextList player={player} />}
        {next !== undefined && (
          <div class="tuning">
            <BlendDial player={player} />
            <ListFilters player={player} />
          </div>
        )}
      </section>
    </div>
  );
}

function ListenerLine({
  listener,
  leave,
  player,
}: {
  readonly listener: string;
  leave(): void;
  readonly player: Player;
}) {
  return (
    <p class="listener-line">
      <span>
        Playing as <strong>{listener}</strong>
      </span>
      <button type="button" class="quiet" onClick={leave}>
        Change
      </button>
      <button type="button" class="quiet" onClick={player.beginSession}>
        New session
      </button>
    </p>
  );
}
