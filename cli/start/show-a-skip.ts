import { randomUUID } from "node:crypto";
import { EventKind, type ListeningEvent } from "../../proto/gen/segue/v1/listening.ts";
import type { LogPosition, RecommendedTrack } from "../../proto/gen/segue/v1/recommender.ts";
import type { Client } from "../recommender-client.ts";
import { type Column, drawTable, percent } from "../table.ts";

const LIST_LENGTH = 10;
/** How far down the list before the skip is known, so that a newcomer's place in it can be told. */
const PLACES_KNOWN = 500;
/** How far `similarTracks` looks; a track farther from the skipped one shows no likeness. */
const NEIGHBOURS_MAX = 500;
const SKIPPED_AFTER_MS = 4_000;

/** Skips the first track of a listener's list and returns, as text, the list before and after with
 *  titles, artists and what moved each track. */
export async function showASkip(
  client: Client,
  listener: string,
  clock: () => number,
): Promise<string> {
  const { session } = await client.getListener(listener);
  const ask = (k: number, atLeast?: LogPosition) =>
    client.nextTracks({
      listener,
      ...(session === "" ? {} : { session }),
      k,
      atLeast,
      withDetails: true,
      withSkipProbability: true,
    });
  const { tracks: known } = await ask(PLACES_KNOWN);
  const before = known.slice(0, LIST_LENGTH);
  const skipped = before[0];
  if (skipped === undefined) return `no track is known for ${listener}\n`;
  const askedAtMs = performance.now();
  const { position } = await client.publish(skipOf(listener, session, skipped.track, clock()));
  const { tracks: after } = await ask(LIST_LENGTH, position);
  const tookMs = performance.now() - askedAtMs;
  const likeness = await likenessTo(client, skipped.track);
  return [
    `Before: the next tracks for ${listener}\n`,
    drawTable(BEFORE_COLUMNS, before.map(beforeRow)),
    `\n${nameOf(skipped)} is skipped after ${SKIPPED_AFTER_MS / 1000} s.`,
    ` The list below was there ${tookMs.toFixed(0)} ms after the skip was sent.\n\n`,
    drawTable(AFTER_COLUMNS, afterRows(known, after, likeness)),
    `\n${verdict(before.slice(1), after, likeness)}\n`,
    skipChances(known, after),
  ].join("");
}

const TRACK_COLUMNS: readonly Column[] = [
  { title: "title", widthMax: 32 },
  { title: "artist", widthMax: 26 },
  { title: "session", right: true },
  { title: "long-term", right: true },
  { title: "others", right: true },
  { title: "popular", right: true },
  { title: "skip chance", right: true },
];
const BEFORE_COLUMNS: readonly Column[] = [{ title: "#", right: true }, ...TRACK_COLUMNS];
const AFTER_COLUMNS: readonly Column[] = [
  { title: "#", right: true },
  { title: "was", right: true },
  ...TRACK_COLUMNS,
  { title: "like the skip", right: true },
  { title: "why" },
];

function beforeRow(track: RecommendedTrack, index: number): string[] {
  return [String(index + 1), ...trackCells(track)];
}

function trackCells({ track, details, shares, skipProbability }: RecommendedTrack): string[] {
  return [
    details?.title ?? track,
    details?.artists.join(", ") ?? "",
    percent(shares?.shortTerm),
    percent(shares?.longTerm),
    percent((shares?.neighbours ?? 0) + (shares?.coplay ?? 0)),
    percent(shares?.popularity),
    skipProbability === undefined ? "" : percent(skipProbability),
  ];
}

function afterRows(
  before: readonly RecommendedTrack[],
  after: readonly RecommendedTrack[],
  likeness: ReadonlyMap<string, number>,
): string[][] {
  return after.map((track, index) => {
    const was = before.findIndex((other) => other.track === track.track);
    return [
      String(index + 1),
      was < 0 ? "new" : String(was + 1),
      ...trackCells(track),
      likenessCell(likeness.get(track.track)),
      whyItMoved(before[was], track, was - index),
    ];
  });
}

const SOURCE_WORDS = {
  shortTerm: "this session",
  longTerm: "long-term taste",
  neighbours: "sessions like this one",
  coplay: "what others play next",
  popularity: "popularity",
} as const;
const SOURCES = Object.keys(SOURCE_WORDS) as (keyof typeof SOURCE_WORDS)[];

/** Names the source whose share rose most. */
function whyItMoved(
  before: RecommendedTrack | undefined,
  after: RecommendedTrack,
  risenBy: number,
): string {
  if (before === undefined) return `from below place ${PLACES_KNOWN}`;
  const word = risenBy > 0 ? "up" : risenBy < 0 ? "down" : "stays";
  const change = (name: keyof typeof SOURCE_WORDS) =>
    (after.shares?.[name] ?? 0) - (before.shares?.[name] ?? 0);
  const most = SOURCES.reduce((best, name) => (change(name) > change(best) ? name : best));
  const points = Math.round(change(most) * 100);
  if (points === 0) return word;
  const amount = points === 1 ? "1 point" : `${points} points`;
  return `${word}: ${SOURCE_WORDS[most]} gives ${amount} more of its score`;
}

function likenessCell(cosine: number | undefined): string {
  return cosine === undefined ? "far" : cosine.toFixed(2);
}

/** What the skip did to the list as a whole: how many tracks left, and how alike the rest is. */
function verdict(
  before: readonly RecommendedTrack[],
  after: readonly RecommendedTrack[],
  likeness: ReadonlyMap<string, number>,
): string {
  const mean = (tracks: readonly RecommendedTrack[]): number =>
    tracks.reduce((sum, { track }) => sum + (likeness.get(track) ?? 0), 0) / (tracks.length || 1);
  const gone = before.filter(({ track }) => !after.some((other) => other.track === track));
  const left = gone.map(nameOf).slice(0, 3).join(", ");
  const names = gone.length === 0 ? "" : ` (${left}${gone.length > 3 ? ", …" : ""})`;
  return (
    `${gone.length} of ${before.length} tracks left the list${names}. Likeness of the list to ` +
    `the skipped track, as mean cosine: ${mean(before).toFixed(2)} before, ` +
    `${mean(after).toFixed(2)} after.`
  );
}

/** Why the chances of a skip are others than before: those of the same tracks, on average. Empty
 *  where the bundle knows of none. */
function skipChances(
  before: readonly RecommendedTrack[],
  after: readonly RecommendedTrack[],
): string {
  const chanceBefore = new Map(before.map((track) => [track.track, track.skipProbability]));
  const both = after.flatMap(({ track, skipProbability: now }) => {
    const then = chanceBefore.get(track);
    return then === undefined || now === undefined ? [] : [{ then, now }];
  });
  if (both.length === 0) return "";
  const mean = (of: (chance: (typeof both)[number]) => number): number =>
    both.reduce((sum, chance) => sum + of(chance), 0) / both.length;
  const [then, now] = [mean((chance) => chance.then), mean((chance) => chance.now)];
  const why =
    now > then ? ". Whoever has just skipped is likelier to skip again, whatever comes" : "";
  return (
    "Skip chance: how likely the listener is to skip a track, should it come next. For the " +
    `tracks of the second list it was ${percent(then)} on average before the skip, and is ` +
    `${percent(now)} after it${why}.\n`
  );
}

function nameOf({ track, details }: RecommendedTrack): string {
  return details === undefined ? track : `“${details.title}” by ${details.artists.join(", ")}`;
}

async function likenessTo(client: Client, track: string): Promise<ReadonlyMap<string, number>> {
  const { tracks } = await client.similarTracks(track, NEIGHBOURS_MAX);
  return new Map([
    [track, 1],
    ...tracks.map((near): [string, number] => [near.track, near.similarity]),
  ]);
}

function skipOf(listener: string, session: string, track: string, atMs: number): ListeningEvent {
  return {
    eventId: randomUUID(),
    listener,
    session: session === "" ? undefined : session,
    track,
    happenedAtMs: atMs,
    kind: EventKind.EVENT_KIND_SKIPPED,
    playedMs: SKIPPED_AFTER_MS,
    trackMs: undefined,
    context: undefined,
    shuffle: false,
    device: "terminal",
    recommendationId: "",
    doNotStore: false,
  };
}
