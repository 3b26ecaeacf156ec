import { createHash } from "node:crypto";
import { ClientFailure } from "../clients/typescript/src/client-failure.ts";
import type { NextTracks, Segue } from "../clients/typescript/src/connect.ts";
import { missing, Refusal, required, wholeNumber, wholeNumberOf } from "./refusal.ts";
import type { ReplyContent } from "./render-reply.ts";
import type { User } from "./users.ts";

/** What a method works with. */
export interface MethodInput {
  readonly parameters: URLSearchParams;
  readonly user: User;
  readonly segue: Pick<Segue, "nextTracks" | "publish" | "similarTracks">;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly nowMs: () => number;
}

type Method = (input: MethodInput) => Promise<ReplyContent>;

/** Methods by the name that stands in the path. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["ping", async () => ({})],
  ["getSimilarSongs", (input) => similarSongs("similarSongs", input)],
  ["getSimilarSongs2", (input) => similarSongs("similarSongs2", input)],
  ["getTopSongs", topSongs],
  ["scrobble", scrobble],
  ["reportPlayback", reportPlayback],
]);

/** The extensions of OpenSubsonic that are spoken here; whoever asks for them need not say who. */
export const EXTENSIONS: ReplyContent = {
  openSubsonicExtensions: [
    { name: "apiKeyAuthentication", versions: [1] },
    { name: "formPost", versions: [1] },
    { name: "playbackReport", versions: [1] },
  ],
};

const SONGS = { least: 1, most: 500, fallback: 50 };
const TIME_MS = { least: 0, most: Number.MAX_SAFE_INTEGER };
/** A track that is stopped sooner was skipped; who hears longer has played it. */
const PLAYED_FROM_MS = 30_000;
/** Players bring what they heard while they were away in one call. */
const SCROBBLES_MAX = 500;
const STATES = ["starting", "playing", "paused", "stopped"];

/** Like a track, or like an artist's tracks: players ask for both by one parameter. */
async function similarSongs(name: string, input: MethodInput): Promise<ReplyContent> {
  const { parameters, user, segue } = input;
  const id = required(parameters, "id");
  const k = wholeNumber(parameters, "count", SONGS);
  for (const kind of ["tracks", "artists"] as const) {
    const seeds = { [kind]: [{ id }] };
    const question = { listener: user.listener, k, seeds, withDetails: true };
    const list = await segue.nextTracks(question).catch(unlessUnknown);
    if (list !== undefined) return { [name]: { song: songsOf(list) } };
  }
  throw new Refusal(70, "no such song or artist");
}

/** A seed that Segue does not know, as opposed to anything else. */
function unlessUnknown(error: unknown): undefined {
  const isSeed = error instanceof ClientFailure && error.field?.startsWith("seeds.");
  if (!isSeed) throw error;
}

/** Throws refusal 70 for a track that the bundle does not know. A scorer that cannot say so in time
 *  stands in nobody's way: what was heard goes to the log, and ingest counts it. */
async function requireKnown(segue: MethodInput["segue"], track: string): Promise<void> {
  try {
    await segue.similarTracks(track, 1);
  } catch (error) {
    if (!(error instanceof ClientFailure)) throw error;
    if (error.code === "bad_request") throw new Refusal(70, "no such song");
  }
}

/** The most played tracks of an artist, by name. */
async function topSongs({ parameters, user, segue }: MethodInput): Promise<ReplyContent> {
  const artist = required(parameters, "artist");
  const list = await segue.nextTracks({
    listener: user.listener,
    k: wholeNumber(parameters, "count", SONGS),
    filter: `${JSON.stringify(artist)} in track.artist_names`,
    blend: { popularity: 1 },
    excludeHeard: 0,
    withDetails: true,
  });
  const song = songsOf(list);
  if (song.length === 0) throw new Refusal(70, "no such artist");
  return { topSongs: { song } };
}

function songsOf(list: NextTracks): ReplyContent[] {
  const tracks = list.answeredBy === "scorer" ? list.reply.tracks : [];
  return tracks.map(({ track, details }) => ({
    id: track,
    title: details?.title || track,
    isDir: false,
    ...(details?.artists[0] && { artist: details.artists.join(", ") }),
    ...(details?.album && { album: details.album }),
  }));
}

/** `submission=false` says that a track began, anything else that it was played. */
async function scrobble(input: MethodInput): Promise<ReplyContent> {
  const { parameters, nowMs } = input;
  const tracks = parameters.getAll("id");
  const isTooMany = tracks.length > SCROBBLES_MAX;
  if (tracks.length === 0 || isTooMany || tracks.includes("")) throw missing("id");
  const times = parameters.getAll("time").map((text) => wholeNumberOf(text, "time", TIME_MS));
  if (times.length > 0 && times.length !== tracks.length) throw missing("time");
  const kind = parameters.get("submission") === "false" ? "started" : "finished";
  for (const track of new Set(tracks)) await requireKnown(input.segue, track);
  for (const [index, track] of tracks.entries()) {
    const happenedAtMs = times[index] ?? nowMs();
    await publish(input, { track, kind, happenedAtMs });
  }
  return {};
}

/** A play begins with "starting" and ends with "stopped"; what lies between changes nothing. A
 *  player that sets `ignoreScrobble` says by `scrobble` what was played. */
async function reportPlayback(input: MethodInput): Promise<ReplyContent> {
  const { parameters, nowMs } = input;
  const track = required(parameters, "mediaId");
  const type = required(parameters, "mediaType");
  const state = required(parameters, "state");
  if (!STATES.includes(state)) throw missing("state");
  const playedMs = wholeNumber(parameters, "positionMs", { least: 0, most: 2 ** 32 - 1 });
  if (type !== "song") return {};
  await requireKnown(input.segue, track);
  const happenedAtMs = nowMs();
  if (state === "starting") await publish(input, { track, kind: "started", happenedAtMs });
  if (state !== "stopped") return {};
  const kind = playedMs < PLAYED_FROM_MS ? "skipped" : "finished";
  const isScrobbled = kind === "finished" && parameters.get("ignoreScrobble") === "true";
  if (!isScrobbled) await publish(input, { track, kind, happenedAtMs, playedMs });
  return {};
}

interface Heard {
  readonly track: string;
  readonly kind: "started" | "finished" | "skipped";
  readonly happenedAtMs: number;
  readonly playedMs?: number;
}

/** The id is made of what happened, so a player that sends it again with its time counts once. */
async function publish({ user, segue, parameters }: MethodInput, heard: Heard): Promise<void> {
  const { listener } = user;
  const facts = [listener, heard.track, heard.kind, heard.happenedAtMs];
  const eventId = createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
  const device = parameters.get("c") ?? "";
  await segue.publish({ ...heard, eventId, listener, device });
}
