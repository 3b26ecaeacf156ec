import { Bar } from "../parts/bar.tsx";
import type { TrackDetails } from "../wire/messages.ts";

interface TrackRowProps {
  readonly track: string;
  readonly details: TrackDetails | undefined;
  /** 0 to 1, as a bar of that name and as words. */
  readonly share: number;
  readonly shareName: string;
  readonly shareWords: string;
  choose(): void;
}

/** A track of a list that can be chosen, with a share of something. */
export function TrackRow({ track, details, share, shareName, shareWords, choose }: TrackRowProps) {
  return (
    <li>
      <button type="button" onClick={choose}>
        <span class="names">
          <span class="name">{details?.title || track}</span>
          <span class="by">{details?.artists.join(", ")}</span>
        </span>
        <Bar share={share} name={shareName} />
        <span class="number">{shareWords}</span>
      </button>
    </li>
  );
}
