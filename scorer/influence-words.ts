import type { TrackId } from "../core/domain/ids.ts";
import type { EventKind } from "../core/domain/listening-event.ts";

export interface ToldInfluence {
  readonly kind: EventKind;
  /** Below 0 for an event that holds a track back. */
  readonly effect: number;
  readonly track: TrackId | undefined;
  readonly details: { readonly title: string; readonly artists: readonly string[] } | undefined;
}

/** What an event did to a track, as people say it: "because of “Peacock Tail” by Boards of Canada",
 *  "despite skipping …". */
export function influenceWords({ kind, effect, track, details }: ToldInfluence): string {
  const name = nameOf(track, details);
  if (effect >= 0) return `because of ${BECAUSE_OF[kind](name)}`;
  return `despite ${DESPITE[kind](name)}`;
}

type Phrase = (name: string) => string;

const OTHERS = {
  skipped: (name: string) => `skipping ${name}`,
  liked: (name: string) => `liking ${name}`,
  disliked: (name: string) => `disliking ${name}`,
  queued: (name: string) => `queueing ${name}`,
  added_to_playlist: (name: string) => `adding ${name} to a playlist`,
};
const itself = (name: string) => name;
const hearing = (name: string) => `hearing ${name}`;

const BECAUSE_OF: Readonly<Record<EventKind, Phrase>> = {
  ...OTHERS,
  unspecified: itself,
  started: itself,
  finished: itself,
};
const DESPITE: Readonly<Record<EventKind, Phrase>> = {
  ...OTHERS,
  unspecified: hearing,
  started: hearing,
  finished: hearing,
};

function nameOf(track: TrackId | undefined, details: ToldInfluence["details"]): string {
  if (details === undefined || details.title === "") return track ?? "a track unknown here";
  const by = details.artists.length === 0 ? "" : ` by ${details.artists.join(", ")}`;
  return `“${details.title}”${by}`;
}
