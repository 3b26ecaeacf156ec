import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readCatalogue, readLogFolder } from "../../core/log-folder/read-log-folder.ts";
import { importLog } from "./import-log.ts";
import { everything, sources } from "./imported.fixture.ts";
import { NUMBERED_FROM_MS } from "./sessions-tsv.ts";

const SESSIONS = "session\ttrack\n1\ta\n1\tb\n2\ta\n";
const WINDOW = `user\tsession\ttrack\ttime\tartist
7\t70\tx\t1397982525\tA
7\t70\ty\t1397983000\tB
5\t50\tx\t1397982000\tA
5\t51\tx\t1397982525\tA
`;

test("sessions become listeners of their own, a minute a row", async (t) => {
  const { out, files } = await sources(t, { "a.tsv": SESSIONS });
  const header = await importLog({ format: "sessions-tsv", files, out });
  const events = await everything(readLogFolder(out));
  assert.deepEqual(
    events.map((event) => [event.eventId, event.listener, event.session, event.track]),
    [
      ["sessions-tsv:1:1", "s1", "1", "a"],
      ["sessions-tsv:1:2", "s1", "1", "b"],
      ["sessions-tsv:2:3", "s2", "2", "a"],
    ],
  );
  assert.deepEqual(
    events.map((event) => (event.happenedAtMs - NUMBERED_FROM_MS) / 60_000),
    [0, 1, 2],
  );
  assert.ok(events.every(({ kind, playedMs }) => kind === "finished" && playedMs === undefined));
  assert.equal(header.clock, "numbered");
  assert.deepEqual(header.made_by, { import: "sessions-tsv", files: ["a.tsv"] });
  assert.deepEqual([header.listeners, header.sessions, header.tracks], [2, 2, 2]);
});

test("30Music comes in order of time, rows of one time in the order of the file", async (t) => {
  const { out, files } = await sources(t, { "w.tsv": WINDOW });
  const header = await importLog({ format: "30music", files, out });
  const events = await everything(readLogFolder(out));
  assert.deepEqual(
    events.map((event) => event.eventId),
    ["30music:50:3", "30music:70:1", "30music:51:4", "30music:70:2"],
  );
  assert.equal(events[1]?.happenedAtMs, 1_397_982_525_000);
  assert.equal(header.clock, "real");
  assert.equal(header.sessions, 3);
});

test("30Music's artists become the catalogue", async (t) => {
  const { out, files } = await sources(t, { "w.tsv": WINDOW });
  await importLog({ format: "30music", files, out });
  const catalogue = await everything(readCatalogue(out));
  assert.deepEqual(
    catalogue.map(({ track, artists }) => [track, artists]),
    [
      ["x", [{ id: "A", name: "" }]],
      ["y", [{ id: "B", name: "" }]],
    ],
  );
});

test("gzip, several files, other columns and Windows line ends make no difference", async (t) => {
  const plain = await sources(t, { "a.tsv": SESSIONS });
  const other = await sources(t, {
    "1.tsv.gz": gzipSync("year\ttrack\tsession\r\n1999\ta\t1\r\n1999\tb\t1\r\n"),
    "2.tsv": "session\ttrack\n2\ta",
  });
  await importLog({ format: "sessions-tsv", ...plain });
  await importLog({ format: "sessions-tsv", ...other });
  const events = await everything(readLogFolder(plain.out));
  assert.deepEqual(await everything(readLogFolder(other.out)), events);
});

test("broken rows are counted by reason and the rest is taken", async (t) => {
  const broken = "8\t80\tz\tyesterday\tC\n8\t80\t\t1397982525\tC\n8\t80\tz\n";
  const long = `8\t${"x".repeat(257)}\tz\t1397982525\tC\n`;
  const { out, files } = await sources(t, { "w.tsv": WINDOW + broken + long });
  const header = await importLog({ format: "30music", files, out, rejectedShareMax: 0.5 });
  assert.equal(header.events, 4);
  assert.deepEqual(header.rejected, {
    "time is no Unix time in seconds": 1,
    "track is empty": 1,
    "other cells than the header": 1,
    "an id passes 256 bytes": 1,
  });
});

test("too many broken rows stop the import at the first, and leave no folder", async (t) => {
  const { out, files } = await sources(t, { "a.tsv": `${SESSIONS}3\t\n4\t\n` });
  const field = `${files[0]}:5`;
  await assert.rejects(importLog({ format: "sessions-tsv", files, out }), {
    code: "bad_log_folder",
    field,
  });
  assert.deepEqual(await readdir(out), []);
});

test("an absent file, a missing column and an empty file are named", async (t) => {
  const { out, files } = await sources(t, { "a.tsv": "session\tsong\n1\ta\n", "b.tsv": "" });
  for (const [file, field] of [
    [files[0]!, `${files[0]}:1`],
    [files[1]!, `${files[1]}:1`],
    [join(out, "nothing.tsv"), join(out, "nothing.tsv")],
  ] as const) {
    const attempt = importLog({ format: "sessions-tsv", files: [file], out });
    await assert.rejects(attempt, { code: "bad_log_folder", field });
  }
});

test("a raised signal ends the import without a folder", async (t) => {
  const { out, files } = await sources(t, { "a.tsv": SESSIONS });
  const signal = AbortSignal.abort();
  await assert.rejects(importLog({ format: "sessions-tsv", files, out, signal }), {
    name: "AbortError",
  });
  assert.deepEqual(await readdir(out), []);
});

test("progress ends at the size of all files", async (t) => {
  const { out, files } = await sources(t, { "a.tsv": SESSIONS, "b.tsv": SESSIONS });
  const seen: number[][] = [];
  await importLog({
    format: "sessions-tsv",
    files,
    out,
    progress: ({ step, done, total }) => step === "read" && seen.push([done, total]),
  });
  assert.deepEqual(seen.at(-1), [2 * SESSIONS.length, 2 * SESSIONS.length]);
});

test("a map or track files that a format has no use for are named", async (t) => {
  const { out, files } = await sources(t, { "a.tsv": SESSIONS });
  const configuration = (field: string) => ({ code: "bad_configuration", field });
  const tsv = { format: "sessions-tsv", files, out } as const;
  await assert.rejects(importLog({ ...tsv, map: "track=track" }), configuration("--map"));
  await assert.rejects(importLog({ ...tsv, trackFiles: files }), configuration("--tracks"));
  await assert.rejects(importLog({ format: "csv", files, out }), configuration("--map"));
});

test("events that do not fit into memory come in the same order, and no run is left", async (t) => {
  const rows = Array.from({ length: 100 }, (_, row) => `u\ts\tt${row}\t${(row * 37) % 50}\ta`);
  const text = ["user\tsession\ttrack\ttime\tartist", ...rows, ""].join("\n");
  const whole = await sources(t, { "w.tsv": text });
  const split = await sources(t, { "w.tsv": text });
  await importLog({ format: "30music", ...whole });
  await importLog({ format: "30music", ...split, eventsInMemoryMax: 7 });
  const events = await everything(readLogFolder(whole.out));
  assert.equal(events.length, 100);
  assert.deepEqual(await everything(readLogFolder(split.out)), events);
  assert.deepEqual((await readdir(split.folder)).sort(), ["log", "w.tsv"]);
});
