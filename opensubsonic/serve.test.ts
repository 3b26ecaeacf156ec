import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import { ClientFailure } from "../clients/typescript/src/client-failure.ts";
import type { NextTracksQuestion } from "../clients/typescript/src/connect.ts";
import type { ReportedEvent } from "../clients/typescript/src/listening-event.ts";
import { NextTracksResponse } from "../proto/gen/segue/v1/recommender.ts";
import { METHODS, type MethodInput } from "./methods.ts";
import { serveSubsonic } from "./serve.ts";
import { readUsers } from "./users.ts";

const USERS = readUsers(
  '{"ada": {"password": "sesame"}, "bob": {"apiKey": "k-1", "listener": "l2"}}',
  "users.json",
);
const NOW_MS = 1_700_000_000_000;
/** The proof of identity that players send, as their libraries make it. */
const ADA = `u=ada&t=${md5("sesame26719")}&s=26719&v=1.16.1&c=Symfonium`;
const SONG = { id: "t1", title: 'Mine & "Yours"', isDir: false, artist: "A, B", album: "C<" };

test("a player that asks in JSON gets songs like one of its own", async (t) => {
  const { get, asked } = await door(t);
  const reply = await get(`getSimilarSongs2.view?${ADA}&f=json&id=t9&count=25`);
  assert.deepEqual(JSON.parse(reply), {
    "subsonic-response": {
      ...{ status: "ok", version: "1.16.1", type: "segue", serverVersion: "1.2.3" },
      ...{ openSubsonic: true, similarSongs2: { song: [SONG] } },
    },
  });
  assert.deepEqual([asked[0]!.listener, asked[0]!.k], ["ada", 25]);
  assert.deepEqual(asked[0]!.seeds, { tracks: [{ id: "t9" }] });
});

test("a player that asks in XML gets the same, with XML's own characters escaped", async (t) => {
  const { get } = await door(t);
  assert.equal(
    await get(`getSimilarSongs2?${ADA}&id=t9`),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<subsonic-response xmlns="http://subsonic.org/restapi" status="ok" version="1.16.1"' +
      ' type="segue" serverVersion="1.2.3" openSubsonic="true"><similarSongs2><song id="t1"' +
      ' title="Mine &amp; &quot;Yours&quot;" isDir="false" artist="A, B" album="C&lt;"/>' +
      "</similarSongs2></subsonic-response>\n",
  );
});

test("what is no song may be an artist, and what is neither is refused", async (t) => {
  const { json, asked } = await door(t);
  const { status } = await json(`getSimilarSongs2?${ADA}&id=artist-1`);
  assert.equal(status, "ok");
  assert.deepEqual(asked[1]!.seeds, { artists: [{ id: "artist-1" }] });
  const { error } = await json(`getSimilarSongs2?${ADA}&id=nobody`);
  assert.equal(error.code, 70);
});

test("an artist's top songs are asked for by name, whatever the name holds", async (t) => {
  const { json, asked } = await door(t);
  const name = 'Guns "N" Roses';
  const { topSongs } = await json(`getTopSongs?${ADA}&artist=${encodeURIComponent(name)}`);
  assert.deepEqual(topSongs, { song: [SONG] });
  assert.equal(asked[0]!.filter, '"Guns \\"N\\" Roses" in track.artist_names');
  assert.equal((await json(`getTopSongs?${ADA}&artist=Nobody`)).error.code, 70);
});

test("scrobbles become plays with their times, and one sent again is the same play", async (t) => {
  const { json, heard } = await door(t);
  const call = `scrobble?${ADA}&id=t1&id=t2&time=1600000000000&time=1600000200000&submission=true`;
  for (let again = 0; again < 2; again++) assert.equal((await json(call)).status, "ok");
  assert.equal((await json(`scrobble?${ADA}&id=t3&submission=false`)).status, "ok");
  assert.deepEqual(
    heard.map(({ track, kind, happenedAtMs }) => [track, kind, happenedAtMs]),
    [
      ["t1", "finished", 1_600_000_000_000],
      ["t2", "finished", 1_600_000_200_000],
      ["t1", "finished", 1_600_000_000_000],
      ["t2", "finished", 1_600_000_200_000],
      ["t3", "started", NOW_MS],
    ],
  );
  assert.deepEqual(heard[0], heard[2]);
  assert.notEqual(heard[0]!.eventId, heard[1]!.eventId);
  assert.deepEqual([heard[0]!.listener, heard[0]!.device], ["ada", "Symfonium"]);
});

test("a song that is not known is refused, and nothing of its call is kept", async (t) => {
  const { json, heard } = await door(t);
  assert.equal((await json(`scrobble?${ADA}&id=t1&id=nobody`)).error.code, 70);
  const report = `reportPlayback?${ADA}&mediaId=nobody&mediaType=song&positionMs=0&state=starting`;
  assert.equal((await json(report)).error.code, 70);
  assert.deepEqual(heard, []);
});

test("a playback report tells a skip from a play, by form as well", async (t) => {
  const { post, heard } = await door(t);
  const report = async (state: string, positionMs: number, more = "") => {
    const media = `mediaId=t1&mediaType=song&state=${state}&positionMs=${positionMs}`;
    const form = `${ADA}&f=json&${media}${more}`;
    assert.equal(JSON.parse(await post("reportPlayback", form))["subsonic-response"].status, "ok");
  };
  await report("starting", 0);
  await report("playing", 3_000);
  await report("paused", 4_000);
  await report("stopped", 4_000, "&ignoreScrobble=true");
  await report("stopped", 200_000);
  await report("stopped", 200_000, "&ignoreScrobble=true");
  assert.deepEqual(
    heard.map(({ kind, playedMs }) => [kind, playedMs]),
    [
      ["started", undefined],
      ["skipped", 4_000],
      ["finished", 200_000],
    ],
  );
});

test("who does not prove who they are is told what is wrong", async (t) => {
  const { json } = await door(t);
  const codes: [string, number][] = [
    ["ping", 10],
    ["ping?u=ada", 10],
    [`ping?u=ada&t=${md5("sesame1")}`, 10],
    [`ping?u=ada&t=${md5("guess1")}&s=1`, 40],
    [`ping?u=bob&t=${md5("undefined1")}&s=1`, 40],
    [`ping?u=eve&t=${md5("sesame1")}&s=1`, 40],
    ["ping?u=ada&p=sesame", 41],
    [`ping?${ADA}&apiKey=k-1`, 43],
    ["ping?apiKey=k-2", 44],
    [`scrobble?${ADA}`, 10],
    [`scrobble?${ADA}&id=t1&time=soon`, 10],
    [`getTopSongs?${ADA}&artist=A&count=501`, 10],
    [`reportPlayback?${ADA}&mediaId=t1&mediaType=song&positionMs=1&state=humming`, 10],
    [`getAlbum?${ADA}&id=1`, 0],
  ];
  for (const [call, code] of codes) assert.equal((await json(call)).error.code, code, call);
  assert.equal((await json("ping?apiKey=k-1&v=1.16.1&c=Feishin")).status, "ok");
  const { openSubsonicExtensions } = await json("getOpenSubsonicExtensions");
  assert.deepEqual(openSubsonicExtensions[0], { name: "apiKeyAuthentication", versions: [1] });
});

test("a configuration of users that is wrong is refused by the name of its key", () => {
  for (const [text, field] of [
    ["[", "u.json"],
    ["[]", "u.json"],
    ['{"ada": {}}', "u.json: ada"],
    ['{"ada": {"password": 1}}', "u.json: ada.password"],
    ['{"ada": {"pass": "a"}}', "u.json: ada.pass"],
  ] as const) {
    assert.throws(() => readUsers(text, "u.json"), { code: "bad_configuration", field });
  }
  assert.ok(METHODS.has("ping"));
});

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** A door before a Segue that knows the tracks t1 to t9, one artist by id, and all names but
 *  Nobody's. */
async function door(t: TestContext) {
  const asked: NextTracksQuestion[] = [];
  const heard: ReportedEvent[] = [];
  const unknown = (field: string) => new ClientFailure("bad_request", "not known", { field });
  const isTrack = (id: string | undefined) => /^t\d$/.test(id ?? "");
  const segue: MethodInput["segue"] = {
    async nextTracks(question) {
      asked.push(question);
      const [track] = question.seeds?.tracks ?? [];
      const [artist] = question.seeds?.artists ?? [];
      if (track && !isTrack(track.id)) throw unknown("seeds.tracks[0].id");
      if (artist && artist.id !== "artist-1") throw unknown("seeds.artists[0].id");
      const details = { title: SONG.title, artists: ["A", "B"], album: SONG.album };
      const tracks = question.filter?.startsWith('"Nobody"') ? [] : [{ track: "t1", details }];
      const reply = NextTracksResponse.fromPartial({ tracks });
      return { answeredBy: "scorer", trackIds: tracks.map((one) => one.track), reply };
    },
    async similarTracks(track) {
      if (!isTrack(track)) throw unknown("track");
      return { bundleId: "b", tracks: [] };
    },
    async publish(event) {
      heard.push(event);
      return { eventId: event.eventId!, position: undefined };
    },
  };
  const report = (error: unknown) => assert.fail(String(error));
  const place = { host: "127.0.0.1", port: 0, serverVersion: "1.2.3" };
  const options = { ...place, segue, users: USERS, nowMs: () => NOW_MS, report };
  const server = await serveSubsonic(options);
  t.after(() => server.close());
  const base = `http://127.0.0.1:${server.port}/rest/`;
  const get = async (call: string) => (await fetch(base + call)).text();
  return {
    asked,
    heard,
    get,
    async json(call: string) {
      const text = await get(`${call}${call.includes("?") ? "&" : "?"}f=json`);
      return JSON.parse(text)["subsonic-response"];
    },
    async post(name: string, form: string) {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return (await fetch(base + name, { method: "POST", headers, body: form })).text();
    },
  };
}
