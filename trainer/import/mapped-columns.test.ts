import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseColumnMap } from "./column-map.ts";
import { imported } from "./imported.fixture.ts";

const PARQUET = await readFile(join(import.meta.dirname, "fixtures", "mapped.parquet"));
const AT_S = 1_709_208_000;

test("a CSV of anyone's making becomes events by its map", async (t) => {
  const csv = `\uFEFFwho;song;ts;"length, s";heard;by\r
ann;"A; B";${AT_S + 1};200;190;"The ""X"""\r
bob;C;${AT_S};200;99;Y\r
`;
  const map = "listener=who,track=song,time_s=ts,track_s=length, s,played_s=heard,artist=by";
  const attempt = imported(t, { "a.csv": csv }, { format: "csv", map });
  await assert.rejects(attempt, { code: "bad_configuration", field: "--map" });
  const plain = csv.replace('"length, s"', "length");
  const { events, catalogue, header } = await imported(
    t,
    { "a.csv": plain },
    { format: "csv", map: map.replace("length, s", "length") },
  );
  assert.deepEqual(
    events.map(({ listener, track, kind, playedMs, trackMs }) => [
      listener,
      track,
      kind,
      playedMs,
      trackMs,
    ]),
    [
      ["bob", "C", "skipped", 99_000, 200_000],
      ["ann", "A; B", "finished", 190_000, 200_000],
    ],
  );
  assert.deepEqual(
    catalogue.map(({ artists }) => artists[0]?.id),
    ['The "X"', "Y"],
  );
  assert.equal(header.clock, "real");
  assert.match(String(header.made_by.map), /listener=who/);
});

test("rows without time and listener are numbered, a listener a session", async (t) => {
  const tsv = "session\tsong\tshare\n1\ta\t80\n1\tb\t20\n2\ta\t\n";
  const map = "session=session,track=song,played_pct=share";
  const { events, header } = await imported(t, { "a.tsv": tsv }, { format: "csv", map });
  assert.deepEqual(
    events.map(({ listener, session, kind }) => [listener, session, kind]),
    [
      ["s1", "1", "finished"],
      ["s1", "1", "skipped"],
      ["s2", "2", "finished"],
    ],
  );
  assert.equal(header.clock, "numbered");
});

test("JSON lines are mapped by paths, and a kind counts before a skip flag", async (t) => {
  const rows = [
    { user: { id: 7 }, tracks: [{ id: "x" }], at: "2024-02-29T12:00:00+01:00", skip: true },
    { user: { id: 7 }, tracks: [{ id: "y" }], at: "2024-02-29T12:00:01+01:00", what: "LOVED" },
    { user: { id: 7 }, tracks: [{ id: "z" }], at: "2024-02-29T12:00:02+01:00", what: "hummed" },
    { user: {}, tracks: [{ id: "z" }], at: "2024-02-29T12:00:02+01:00" },
    { user: { id: 7 }, tracks: [], at: "2024-02-29T12:00:02+01:00" },
    { user: { id: 7 }, tracks: [{ id: "z" }], at: AT_S },
  ];
  const { events, header } = await imported(
    t,
    { "a.jsonl": rows.map((row) => JSON.stringify(row)).join("\n") },
    {
      format: "jsonl",
      map: "listener=user.id,track=tracks.0.id,time=at,skipped=skip,kind=what",
      rejectedShareMax: 0.9,
    },
  );
  assert.deepEqual(
    events.map(({ listener, track, kind, happenedAtMs }) => [listener, track, kind, happenedAtMs]),
    [
      ["7", "x", "skipped", (AT_S - 3600) * 1000],
      ["7", "y", "liked", (AT_S - 3600) * 1000 + 1000],
    ],
  );
  assert.deepEqual(header.rejected, {
    "kind is none that is known": 1,
    "listener is empty": 1,
    "track is empty": 1,
    "time is of another unit or no time": 1,
  });
});

test("Parquet's own times, flags and absent values are understood", async (t) => {
  const map = "listener=who,track=song,time=at,skipped=skip,played_ms=ms";
  const options = { format: "parquet", map, rejectedShareMax: 0.9 } as const;
  const { events, header } = await imported(t, { "a.parquet": PARQUET }, options);
  assert.deepEqual(
    events.map(({ listener, track, kind, playedMs, happenedAtMs }) => [
      listener,
      track,
      kind,
      playedMs,
      happenedAtMs,
    ]),
    [
      ["ann", "Å", "skipped", 4000, AT_S * 1000],
      ["bob", 'b\t"x"', "finished", undefined, AT_S * 1000 + 1000],
    ],
  );
  assert.deepEqual(header.rejected, { "listener is empty": 1 });
});

test("a map that cannot hold is refused, with the reason", () => {
  for (const [map, reason] of [
    ["listener=a,track=b,mood=c", /no field "mood"/],
    ["listener=a,track=", /track names no column/],
    ["listener=a,track=b,track=c", /track stands twice/],
    ["listener=a", /track is not mapped/],
    ["track=a", /neither listener nor session/],
    ["listener=a,track=b,time=c,time_s=d", /only one of time and time_s/],
  ] as const) {
    assert.throws(() => parseColumnMap(map), {
      code: "bad_configuration",
      field: "--map",
      message: reason,
    });
  }
});
