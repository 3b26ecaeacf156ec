import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { homeAt } from "../cli/home.ts";
import { reportFile } from "../console/library/reports.ts";
import { createFrameReader, frameOf } from "../console/page/wire/frames.ts";
import type { BundleId } from "../core/domain/ids.ts";
import { type ConsoleWorld, startConsoleWorld } from "./support/console-world.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

let world: ConsoleWorld;
after(() => world.stop());
const home = temporaryFolder();
before(async () => {
  world = await startConsoleWorld(home);
});

test("an event that is published as JSON is heard by the next list", async () => {
  const event = {
    ...{ eventId: "from-json", listener: world.listener, session: "today", track: "track-9" },
    ...{ happenedAtMs: Date.now(), kind: "EVENT_KIND_SKIPPED", playedMs: 4_000, trackMs: 200_000 },
  };
  const before = await called("segue.v1.Recommender/NextTracks", { listener: world.listener });
  const { position } = await called("segue.v1.EventGateway/Publish", { event });
  const after = await called("segue.v1.Recommender/NextTracks", {
    ...{ listener: world.listener, session: "today", atLeast: position, withDetails: true },
  });
  assert.equal(after.freshness.caughtUp, true);
  assert.equal(after.tracks.length, 20);
  assert.match(after.tracks[0].details.title, /^Title \d+$/);
  const tracks = (list: typeof after) => list.tracks.map(({ track }: { track: string }) => track);
  assert.notDeepEqual(tracks(before), tracks(after));
});

test("a refusal is a sentence that names the field", async () => {
  const unknown = await post("segue.v1.Recommender/NextTracks", { listener: "ann", kay: 3 });
  assert.equal(unknown.status, 400);
  assert.match(await unknown.text(), /"invalid_argument".*kay/);
  const tooMany = await post("segue.v1.Recommender/NextTracks", { listener: "ann", k: 501 });
  assert.equal(tooMany.status, 400);
  assert.equal(tooMany.headers.get("segue-field"), "k");
  const inConsole = await post("segue.v1.Console/SearchTracks", { text: "x".repeat(101) });
  assert.equal(inConsole.headers.get("segue-field"), "text");
  assert.equal((await post("segue.v1.Recommender/NoSuchMethod", {})).status, 404);
});

test("every call of openapi.json is answered, as its document says", async () => {
  const document = await (await fetch(`${world.url}/openapi.json`)).text();
  const paths: Record<string, { post: { requestBody: { content: object } } }> =
    JSON.parse(document).paths;
  for (const [path, { post: operation }] of Object.entries(paths)) {
    const [type] = Object.keys(operation.requestBody.content);
    const streams = type === "application/connect+json";
    const stop = new AbortController();
    const answer = await fetch(`${world.url}${path}`, {
      ...{ method: "POST", headers: { "content-type": type! }, signal: stop.signal },
      body: streams ? frameOf("{}") : "{}",
    });
    // An empty request is refused by many; a path that nobody serves would be 404 or 501.
    assert.ok(
      [200, 400].includes(answer.status),
      `${path}: ${answer.status} ${streams || (await answer.text())}`,
    );
    stop.abort();
  }
});

test("the live stream tells at once what the followed listener heard", async () => {
  const stop = new AbortController();
  const { body } = await fetch(`${world.url}/segue.v1.Console/Watch`, {
    method: "POST",
    headers: { "content-type": "application/connect+json" },
    body: frameOf(JSON.stringify({ listener: world.listener })),
    signal: stop.signal,
  });
  const news = messagesOf(body!);
  const first = await news.next();
  assert.equal(first.value.ingest.partitions.length, 4);
  assert.ok(first.value.serving.bundleId);
  const { heard } = first.value;
  const event = {
    ...{ eventId: "watched", listener: world.listener, session: "today", track: "track-30" },
    ...{ happenedAtMs: Date.now(), kind: "EVENT_KIND_LIKED" },
  };
  await called("segue.v1.EventGateway/Publish", { event });
  for await (const { heard: now } of news) {
    if (Number(now.offset) > Number(heard.offset)) break;
  }
  stop.abort();
});

test("a dead letter can be looked at, and one that is still no event is not replayed", async () => {
  const { letters, total } = await called("segue.v1.Console/ListDeadLetters", {});
  assert.equal(total, "1");
  assert.equal(Buffer.from(letters[0].value, "base64").toString(), "no event at all");
  const outcome = await called("segue.v1.Console/ReplayDeadLetter", { letter: letters[0].letter });
  assert.equal(outcome.replayed, false);
  assert.notEqual(outcome.reason, "");
  const none = { letter: { partition: 0, offset: 99 } };
  assert.equal((await post("segue.v1.Console/ReplayDeadLetter", none)).status, 400);
});

test("the doctor finds the store of a running Segue sound", async () => {
  const check = await called("segue.v1.Console/CheckStore", {});
  assert.deepEqual([check.sound, check.readable, check.listeners], [true, true, "1"]);
});

test("a report is a page of its own, and the list of bundles says which have one", async () => {
  const listed = async (): Promise<readonly { id: string; reported: boolean }[]> => {
    return (await called("segue.v1.Console/ListBundles", {})).bundles;
  };
  const [served, another] = await listed();
  const { reports } = homeAt(home);
  mkdirSync(reports);
  writeFileSync(join(reports, "notes.html"), "no report");
  writeFileSync(reportFile(reports, served!.id as BundleId), "<h1>How good it is</h1>");
  assert.deepEqual(
    (await listed()).map(({ id, reported }) => [id, reported]),
    [
      [served!.id, true],
      [another!.id, false],
    ],
  );
  const page = await fetch(`${world.url}/reports/${served!.id}.html`);
  assert.match(page.headers.get("content-type")!, /^text\/html/);
  assert.equal(await page.text(), "<h1>How good it is</h1>");
  for (const name of [`${another!.id}.html`, "notes.html", "..%2Fexperiments.json"]) {
    assert.equal((await fetch(`${world.url}/reports/${name}`)).status, 404, name);
  }
});

test("a request by another name than this machine's is refused", async () => {
  const { port } = new URL(world.url);
  const status = await new Promise((resolve, reject) => {
    const headers = { host: `evil.example:${port}` };
    const asked = request({ host: "127.0.0.1", port, path: "/", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject).end();
  });
  assert.equal(status, 403);
});

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${world.url}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function called(path: string, body: object) {
  const answer = await post(path, body);
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path}: ${text}`);
  return JSON.parse(text);
}

async function* messagesOf(body: ReadableStream<Uint8Array>) {
  const frames = createFrameReader();
  for await (const bytes of body) {
    for (const { text } of frames(bytes)) yield JSON.parse(text);
  }
}
