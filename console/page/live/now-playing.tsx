import { clock, duration } from "../parts/format.ts";
import { type LastAct, TRACK_MS, titleOf } from "./player-state.ts";
import type { Player } from "./use-player.ts";

const SPEEDS = [1, 10, 60] as const;

export function NowPlaying({ player }: { readonly player: Player }) {
  const { current, positionMs, isPlaying, isBusy, next } = player;
  const first = next?.tracks[0];
  return (
    <div class="now">
      <p class="eyebrow">{current === undefined ? "Ready" : isPlaying ? "Playing" : "Paused"}</p>
      <h1 class="title">{titleLine(player)}</h1>
      <p class="artist">
        {current?.details?.artists.join(", ") ||
          (current === undefined ? "A simulated player: no sound, but real events." : " ")}
      </p>
      <div class="progress">
        <span>{clock(positionMs)}</span>
        <progress max={TRACK_MS} value={positionMs} aria-label="Heard of this track" />
        <span>{clock(TRACK_MS)}</span>
      </div>
      <div class="controls">
        <button
          type="button"
          class="primary play"
          onClick={player.togglePlaying}
          disabled={current === undefined && first === undefined}
          aria-keyshortcuts="Space"
        >
          {isPlaying ? "Pause" : "Play"}
        </button>
        <button
          type="button"
          class="skip"
          onClick={() => player.act("skipped")}
          disabled={current === undefined || isBusy}
          aria-keyshortcuts="S"
        >
          Skip <kbd>S</kbd>
        </button>
        <button
          type="button"
          onClick={() => player.act("liked")}
          disabled={current === undefined || isBusy}
          aria-keyshortcuts="L"
        >
          Like <kbd>L</kbd>
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => player.act("finished")}
          disabled={current === undefined || isBusy}
        >
          To the end
        </button>
        <SpeedChoice player={player} />
      </div>
      <p class="effect" role="status" aria-live="polite">
        {player.lastAct === undefined ? " " : effectOf(player.lastAct)}
      </p>
    </div>
  );
}

function titleLine({ current, next }: Player): string {
  if (current !== undefined) return titleOf(current);
  return next === undefined ? "One moment" : "Press play";
}

function SpeedChoice({ player }: { readonly player: Player }) {
  return (
    <fieldset class="speeds">
      <legend class="sr-only">Speed of the simulated player</legend>
      {SPEEDS.map((speed) => (
        <label key={speed}>
          <input
            type="radio"
            name="speed"
            checked={player.speed === speed}
            onChange={() => player.setSpeed(speed)}
          />
          <span>{speed}×</span>
        </label>
      ))}
    </fieldset>
  );
}

const ACT_WORDS = {
  skipped: "Skipped",
  finished: "Heard",
  liked: "Liked",
  heard: "Heard",
} as const;

/** "Skipped “A Title”: 5 of the next 12 are others now. 60 ms from the click to the list." */
function effectOf({ act, title, left, tookMs }: LastAct): string {
  const change =
    left === 0
      ? "the same tracks, weighed anew"
      : left === 1
        ? "one track left the list"
        : `${left} tracks left the list`;
  return `${ACT_WORDS[act]} “${title}”: ${change}, ${duration(tookMs)} after the click.`;
}
