import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { readLineBlocks } from "../../core/log-folder/line-file.ts";
import {
  readCatalogue,
  readLogFolder,
  readLogHeader,
} from "../../core/log-folder/read-log-folder.ts";
import { simulate } from "./simulate.ts";

const SIZE = { listeners: 120, tracks: 600, days: 10, seed: 7 };
const SMALL = { listeners: 9, tracks: 80, days: 4, seed: 7 };

let folder = "";
let events: ListeningEvent[] = [];
let truth: { eventId: string; skipProbability: number; fit: number }[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "segue-simulate-"));
  await simulate({ ...SIZE, out: join(folder, "world") });
  events = await everything(readLogFolder(join(folder, "world")));
  truth = await readTruth(join(folder, "world", "truth-events.tsv.gz"));
});
after(() => rm(folder, { recursive: true }));

test("the same seed makes the same bytes, another seed another world", async () => {
  await simulate({ ...SMALL, out: join(folder, "one") });
  await simulate({ ...SMALL, out: join(folder, "two") });
  await simulate({ ...SMALL, seed: 8, out: join(folder, "other") });
  const one = await digests(join(folder, "one"));
  assert.deepEqual(await digests(join(folder, "two")), one);
  const other = await digests(join(folder, "other"));
  for (const [name, digest] of Object.entries(one)) assert.notEqual(other[name], digest, name);
});

test("one listener more changes nothing for the others", async () => {
  await simulate({ ...SMALL, out: join(folder, "nine") });
  await simulate({ ...SMALL, listeners: 10, out: join(folder, "ten") });
  const nine = await everything(readLogFolder(join(folder, "nine")));
  const ten = await everything(readLogFolder(join(folder, "ten")));
  assert.ok(ten.length > nine.length);
  assert.deepEqual(
    ten.filter(({ listener }) => listener !== "l9"),
    nine,
  );
});

test("the first play is on the stated day and the last one soon after the last day", async () => {
  const header = await readLogHeader(join(folder, "world"));
  assert.equal(new Date(header.first_at_ms).toISOString().slice(0, 10), "2026-01-05");
  assert.ok(header.last_at_ms < Date.UTC(2026, 0, 5 + SIZE.days + 1));
  assert.equal(header.listeners, SIZE.listeners);
});

test("a listener's sessions follow one another, and silence would cut them alike", () => {
  const previous = new Map<string, ListeningEvent>();
  const finished = new Set<string>();
  for (const event of events) {
    const last = previous.get(event.listener);
    previous.set(event.listener, event);
    assert.ok(!finished.has(event.session!), `${event.session} goes on after its end`);
    if (last === undefined) continue;
    const gapMs = event.happenedAtMs - last.happenedAtMs;
    if (last.session === event.session) assert.ok(gapMs > 0 && gapMs <= 30 * 60_000);
    else assert.ok(gapMs > 30 * 60_000);
    if (last.session !== event.session) finished.add(last.session!);
  }
});

test("every play is of a track of the catalogue, and no longer than it", async () => {
  const catalogue = await everything(readCatalogue(join(folder, "world")));
  const tracks = new Map(catalogue.map((track) => [track.track, track]));
  assert.equal(tracks.size, SIZE.tracks);
  for (const { artists, album, title, genres, releaseDate } of catalogue) {
    assert.ok(artists[0]?.name && album?.title && title && genres.length === 1);
    assert.match(releaseDate, /^(19|20)\d\d-\d\d-\d\d$/);
  }
  for (const { track, trackMs, playedMs, kind } of events) {
    assert.equal(trackMs, tracks.get(track)?.trackMs);
    assert.ok(kind === "finished" ? playedMs === trackMs : playedMs! < trackMs!);
  }
  const names = new Map(catalogue.map(({ artists }) => [artists[0]!.id, artists[0]!.name]));
  assert.equal(new Set(names.values()).size, names.size, "two artists share a name");
});

test("popularity falls with rank about as Zipf's law says", () => {
  const counts = new Map<string, number>();
  for (const { track } of events) counts.set(track, (counts.get(track) ?? 0) + 1);
  const ranked = [...counts.values()].sort((one, other) => other - one);
  const slope = (from: number, to: number) =>
    Math.log(ranked[to - 1]! / ranked[from - 1]!) / Math.log(to / from);
  const measured = slope(3, 300);
  assert.ok(measured < -0.5 && measured > -1.3, `log plays over log rank: ${measured}`);
  const head = ranked.slice(0, SIZE.tracks / 10).reduce((sum, count) => sum + count, 0);
  assert.ok(head > 0.3 * events.length, "the first tenth of tracks has most plays");
});

test("the truth has a row for every event, in the same order", () => {
  assert.deepEqual(
    truth.map(({ eventId }) => eventId),
    events.map(({ eventId }) => eventId),
  );
});

test("as many are skipped as the true chances say, at every level of chance", () => {
  const bins = binned((row) => Math.floor(row.skipProbability * 5));
  for (const rows of bins.values()) {
    const expected = sum(rows, ({ skipProbability: p }) => p);
    const deviation = Math.sqrt(sum(rows, ({ skipProbability: p }) => p * (1 - p)));
    const skipped = sum(rows, ({ index }) => Number(events[index]!.kind === "skipped"));
    assert.ok(Math.abs(skipped - expected) < 4 * deviation + 1, `${skipped} of ${expected}`);
  }
  const share = sum(events, ({ kind }) => Number(kind === "skipped")) / events.length;
  assert.ok(share > 0.2 && share < 0.45, `${share} of all plays are skipped`);
});

test("the worse a track fits, the more it is skipped, and the earlier", () => {
  const worstFirst = [...truth.keys()].sort((a, b) => truth[a]!.fit - truth[b]!.fit);
  const third = Math.floor(worstFirst.length / 3);
  const thirds = [0, 1, 2].map((part) => worstFirst.slice(part * third, (part + 1) * third));
  const skipped = thirds.map((part) => part.map((at) => events[at]!).filter(isSkipped));
  const rates = skipped.map((part) => part.length / third);
  assert.ok(rates[0]! > 1.3 * rates[1]! && rates[1]! > 1.3 * rates[2]!, String(rates));
  const heard = skipped.map((part) => sum(part, (e) => e.playedMs! / e.trackMs!) / part.length);
  assert.ok(heard[0]! < heard[1]! && heard[1]! < heard[2]!, String(heard));
});

test("every context, weekday, part of the day and device occurs", () => {
  const contexts = new Set(events.map(({ contextKind }) => contextKind));
  const expected = ["album", "artist", "chart", "library", "playlist", "radio", "search"];
  assert.deepEqual([...contexts].sort(), expected);
  assert.equal(new Set(events.map((e) => new Date(e.happenedAtMs).getUTCDay())).size, 7);
  assert.equal(new Set(events.map((e) => e.device)).size, 4);
  const at = (hour: number) =>
    events.filter((e) => new Date(e.happenedAtMs).getUTCHours() === hour).length;
  assert.ok(at(18) > 3 * at(4), "more is heard in the evening than before dawn");
});

test("what was heard just before says far more of the next track than popularity does", () => {
  const popular = topTracks(20);
  const following = topTracks(20);
  const hits = { popular: 0, following: 0 };
  const last = new Map<string, ListeningEvent>();
  for (const [index, event] of events.entries()) {
    const previous = last.get(event.listener);
    last.set(event.listener, event);
    if (previous?.session !== event.session) continue;
    if (index > 0.8 * events.length) {
      if (popular.has("all", event.track)) hits.popular += 1;
      if (following.has(previous!.track, event.track)) hits.following += 1;
    }
    popular.count("all", event.track);
    following.count(previous!.track, event.track);
  }
  assert.ok(hits.following > 2 * hits.popular, JSON.stringify(hits));
});

test("a raised signal ends the simulation and leaves no folder's content", async () => {
  const out = join(folder, "aborted");
  const signal = AbortSignal.abort();
  await assert.rejects(simulate({ ...SMALL, out, signal }), { name: "AbortError" });
  assert.deepEqual(await readdir(out), []);
});

test("one listener, one track and one day make a log", async () => {
  const out = join(folder, "tiny");
  await simulate({ listeners: 1, tracks: 1, days: 1, seed: 3, out });
  for await (const { track } of readLogFolder(out)) assert.equal(track, "t0");
});

type TruthRow = (typeof truth)[number] & { index: number };

function binned(bin: (row: TruthRow) => number): Map<number, TruthRow[]> {
  return Map.groupBy(
    truth.map((row, index) => ({ ...row, index })),
    bin,
  );
}

/** Counts what comes under a key, and knows the `size` most frequent ones. */
function topTracks(size: number) {
  const counts = new Map<string, Map<string, number>>();
  return {
    count: (key: string, track: string) => {
      const under = counts.get(key) ?? new Map<string, number>();
      counts.set(key, under.set(track, (under.get(track) ?? 0) + 1));
    },
    has: (key: string, track: string) => {
      const under = [...(counts.get(key) ?? [])].sort((one, other) => other[1] - one[1]);
      return under.slice(0, size).some(([top]) => top === track);
    },
  };
}

function sum<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}

function isSkipped({ kind }: ListeningEvent): boolean {
  return kind === "skipped";
}

async function readTruth(path: string): Promise<typeof truth> {
  const lines: string[] = [];
  for await (const block of readLineBlocks(path)) lines.push(...block.lines);
  return lines.slice(1).map((line) => {
    const [eventId, skipProbability, fit] = line.split("\t");
    return { eventId: eventId!, skipProbability: Number(skipProbability), fit: Number(fit) };
  });
}

async function digests(world: string): Promise<Record<string, string>> {
  const names = (await readdir(world)).sort();
  const bytes = await Promise.all(names.map((name) => readFile(join(world, name))));
  const digest = (file: Buffer) => createHash("sha256").update(file).digest("hex");
  return Object.fromEntries(names.map((name, index) => [name, digest(bytes[index]!)]));
}

async function everything<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}
