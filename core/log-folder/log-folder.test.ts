import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { CatalogueEvent } from "../../proto/gen/segue/v1/catalogue.ts";
import type { EventId, ListenerId, SessionId, TrackId } from "../domain/ids.ts";
import { CONTEXT_KINDS, EVENT_KINDS, type ListeningEvent } from "../domain/listening-event.ts";
import { decodeEventRow, EVENT_HEADER_LINE, encodeEventRow } from "./event-row.ts";
import { EVENT_COLUMNS } from "./log-folder.ts";
import { readCatalogue, readLogFolder, readLogHeader } from "./read-log-folder.ts";
import { writeLogFolder } from "./write-log-folder.ts";

const META = { name: "a test", clock: "real", madeBy: { command: "test" } } as const;

const anyId = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" });
const anyCount = fc.option(fc.nat(), { nil: undefined });
const anyEvent: fc.Arbitrary<ListeningEvent> = fc.record(
  {
    eventId: anyId.map((id) => id as EventId),
    listener: anyId.map((id) => id as ListenerId),
    session: fc.option(
      anyId.map((id) => id as SessionId),
      { nil: undefined },
    ),
    track: anyId.map((id) => id as TrackId),
    happenedAtMs: fc.nat(),
    kind: fc.constantFrom(...EVENT_KINDS),
    playedMs: anyCount,
    trackMs: anyCount,
    contextKind: fc.constantFrom(...CONTEXT_KINDS),
    contextId: fc.string({ unit: "grapheme" }),
    shuffle: fc.boolean(),
    device: fc.constantFrom("", "phone", "a\tb\\n\n"),
    recommendationId: fc.constant(""),
  },
  { noNullPrototype: true },
);

test("a row that was written reads back as the same event, whatever its texts hold", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const row = encodeEventRow(event);
      assert.ok(!row.includes("\n"));
      assert.equal(row.split("\t").length, EVENT_COLUMNS.length);
      assert.deepEqual(decodeEventRow(row), event);
    }),
  );
});

test("a log of several files reads back whole and in order", async (t) => {
  const folder = await emptyFolder(t);
  const written = Array.from({ length: 25 }, (_, index) => event({ index }));
  const writer = await writeLogFolder(folder, { ...META, eventsPerFileMax: 10 });
  for (const one of written) await writer.event(one);
  writer.rejected("no track");
  writer.rejected("no track");
  const header = await writer.close();

  assert.deepEqual(await everything(readLogFolder(folder)), written);
  assert.deepEqual(await readLogHeader(folder), header);
  assert.deepEqual(header, {
    format: "segue.log/1",
    name: "a test",
    events: 25,
    listeners: 3,
    sessions: 3,
    tracks: 7,
    first_at_ms: 1_000,
    last_at_ms: 25_000,
    files: ["events-00000.tsv.gz", "events-00001.tsv.gz", "events-00002.tsv.gz"],
    clock: "real",
    made_by: { command: "test" },
    rejected: { "no track": 2 },
  });
});

test("the same events make the same bytes, also over an older log", async (t) => {
  const folders = [await emptyFolder(t), await emptyFolder(t)];
  for (const folder of [...folders, folders[0]!]) await writeSmallLog(folder);
  for (const name of await readdir(folders[0]!)) {
    const [one, other] = folders.map((folder) => readFile(join(folder, name)));
    assert.deepEqual(await one, await other, name);
  }
});

test("a caller that does not wait loses no event at a file's end", async (t) => {
  const folder = await emptyFolder(t);
  const writer = await writeLogFolder(folder, { ...META, eventsPerFileMax: 2 });
  await Promise.all([0, 1, 2, 3, 4].map((index) => writer.event(event({ index }))));
  await writer.close();
  assert.equal((await everything(readLogFolder(folder))).length, 5);
});

test("a log without events or catalogue is a log", async (t) => {
  const folder = await emptyFolder(t);
  await (await writeLogFolder(folder, META)).close();
  assert.deepEqual(await everything(readLogFolder(folder)), []);
  assert.deepEqual(await everything(readCatalogue(folder)), []);
});

test("the catalogue reads back as it was written", async (t) => {
  const folder = await emptyFolder(t);
  const writer = await writeLogFolder(folder, META);
  const track = CatalogueEvent.fromPartial({
    track: "t1",
    title: "Ein\nLied",
    artists: [{ id: "a1", name: "Die Band" }],
    album: { id: "b1", title: "Das Album" },
    trackMs: 180_000,
  });
  await writer.catalogue(track);
  await writer.close();
  assert.deepEqual(await everything(readCatalogue(folder)), [track]);
});

test("a folder that holds something else is refused and left alone", async (t) => {
  const folder = await emptyFolder(t);
  await writeFile(join(folder, "thesis.doc"), "precious");
  await assert.rejects(writeLogFolder(folder, META), { code: "bad_log_folder", field: folder });
  assert.deepEqual(await readdir(folder), ["thesis.doc"]);
});

test("a log that was never closed is no log, and can be written anew", async (t) => {
  const folder = await emptyFolder(t);
  await writeSmallLog(folder);
  const abandoned = await writeLogFolder(folder, META);
  await abandoned.event(event({ index: 0 }));
  await assert.rejects(readLogHeader(folder), { code: "bad_log_folder" });
  await writeSmallLog(folder);
  assert.equal((await everything(readLogFolder(folder))).length, 3);
});

test("an abandoned log leaves nothing", async (t) => {
  const folder = await emptyFolder(t);
  const writer = await writeLogFolder(folder, META);
  await writer.event(event({ index: 0 }));
  await writer.catalogue(CatalogueEvent.fromPartial({ track: "t0" }));
  await writer.abandon();
  assert.deepEqual(await readdir(folder), []);
});

const GOOD_ROW = encodeEventRow(event({ index: 5 }));
const OFF_ROWS: Readonly<Record<string, string>> = {
  "a cell too few": GOOD_ROW.replace(/\t[^\t]*$/, ""),
  "an empty event id": GOOD_ROW.replace(/^[^\t]+/, ""),
  "an id of 257 bytes": GOOD_ROW.replace(/^[^\t]+/, "é".repeat(128).concat("x")),
  "an unknown kind": GOOD_ROW.replace("finished", "enjoyed"),
  "an unknown context": GOOD_ROW.replace("album", "bathtub"),
  "a time that is no number": GOOD_ROW.replace("6000", "noon"),
  "a time before the row above it": GOOD_ROW.replace("6000", "1"),
  "an unknown escape": GOOD_ROW.replace("phone", "\\x"),
};
for (const [fault, row] of Object.entries(OFF_ROWS)) {
  test(`${fault} is named with its file and line`, async (t) => {
    const folder = await emptyFolder(t);
    await writeSmallLog(folder);
    await changeEvents(folder, (text) => `${text}${row}\n`);
    const field = `${join(folder, "events-00000.tsv.gz")}:5`;
    await assert.rejects(everything(readLogFolder(folder)), { code: "bad_log_folder", field });
  });
}

test("other columns than the format's are refused", async (t) => {
  const folder = await emptyFolder(t);
  await writeSmallLog(folder);
  await changeEvents(folder, (text) => text.replace("listener", "user"));
  const field = `${join(folder, "events-00000.tsv.gz")}:1`;
  await assert.rejects(everything(readLogFolder(folder)), { code: "bad_log_folder", field });
});

test("missing rows and a cut-off file are noticed", async (t) => {
  const folder = await emptyFolder(t);
  await writeSmallLog(folder);
  const path = join(folder, "events-00000.tsv.gz");
  const whole = await readFile(path);
  await changeEvents(folder, () => `${EVENT_HEADER_LINE}\n`);
  const missing = { code: "bad_log_folder", field: join(folder, "log.json") };
  await assert.rejects(everything(readLogFolder(folder)), missing);
  await writeFile(path, whole.subarray(0, whole.length - 9));
  const cutOff = { code: "bad_log_folder", field: path };
  await assert.rejects(everything(readLogFolder(folder)), cutOff);
});

test("a header that is off is refused with the reason", async (t) => {
  const folder = await emptyFolder(t);
  await writeSmallLog(folder);
  const header = await readLogHeader(folder);
  const faults = {
    format: "segue.log/9",
    events: -1,
    clock: "sundial",
    files: ["../../secret.tsv.gz"],
    last_at_ms: "late",
  };
  for (const [key, value] of Object.entries(faults)) {
    await writeFile(join(folder, "log.json"), JSON.stringify({ ...header, [key]: value }));
    await assert.rejects(readLogHeader(folder), { code: "bad_log_folder", message: RegExp(key) });
  }
});

function event({ index }: { index: number }): ListeningEvent {
  return {
    eventId: `e${index}` as EventId,
    listener: `l${index % 3}` as ListenerId,
    session: undefined,
    track: `t${index % 7}` as TrackId,
    happenedAtMs: (index + 1) * 1_000,
    kind: "finished",
    playedMs: 170_000,
    trackMs: 180_000,
    contextKind: "album",
    contextId: "b1",
    shuffle: index % 2 === 0,
    device: "phone",
    recommendationId: "",
  };
}

async function writeSmallLog(folder: string): Promise<void> {
  const writer = await writeLogFolder(folder, META);
  for (const index of [0, 1, 2]) await writer.event(event({ index }));
  await writer.close();
}

async function changeEvents(folder: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, "events-00000.tsv.gz");
  const text = gunzipSync(await readFile(path)).toString("utf8");
  await writeFile(path, gzipSync(change(text)));
}

async function everything<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "segue-log-folder-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
