import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./imported.fixture.ts";

const ROWS = [
  ["user_000639", "2009-04-08T01:57:47Z", "a-1", "The Dogs D'Amour", "t-1", "Fall in Love Again?"],
  ["user_000639", "2009-04-08T01:53:56Z", "a-1", "The Dogs D'Amour", "", "Wait Until I'm Dead"],
  ["user_000001", "2009-04-08T01:53:56Z", "", 'Say "Hi"', "", "Toil"],
];

test("Last.fm-1K's plays are turned round, tracks without an id go by their names", async (t) => {
  const { header, events, catalogue } = await imported(
    t,
    { "plays.tsv": lines(ROWS) },
    { format: "lastfm-1k" },
  );
  assert.deepEqual(
    events.map(({ listener, track, kind, session }) => [listener, track, kind, session]),
    [
      ["user_000639", "The Dogs D'Amour / Wait Until I'm Dead", "finished", undefined],
      ["user_000001", 'Say "Hi" / Toil', "finished", undefined],
      ["user_000639", "t-1", "finished", undefined],
    ],
  );
  assert.equal(events[2]?.happenedAtMs, Date.UTC(2009, 3, 8, 1, 57, 47));
  assert.deepEqual(
    catalogue.map(({ track, artists, title }) => [track, artists[0]?.id, title]),
    [
      ["t-1", "a-1", "Fall in Love Again?"],
      ["The Dogs D'Amour / Wait Until I'm Dead", "a-1", "Wait Until I'm Dead"],
      ['Say "Hi" / Toil', 'Say "Hi"', "Toil"],
    ],
  );
  assert.equal(header.clock, "real");
});

test("Last.fm-1K's broken rows are counted by reason", async (t) => {
  const [row = []] = ROWS;
  const broken = [
    row.with(0, ""),
    row.with(1, "08.04.2009"),
    row.with(1, "2013-09-29T18:32:04Z"),
    row.with(4, "").with(5, ""),
    row.with(4, "x".repeat(257)),
    row.slice(0, 5),
  ];
  const options = { format: "lastfm-1k", rejectedShareMax: 0.9 } as const;
  const { header } = await imported(t, { "plays.tsv": lines([row, ...broken]) }, options);
  assert.equal(header.events, 1);
  assert.deepEqual(header.rejected, {
    "userid is empty": 1,
    "timestamp is no ISO 8601 time": 1,
    "timestamp is later than the data set itself": 1,
    "traid and traname are empty": 1,
    "an id passes 256 bytes": 1,
    "other cells than the header": 1,
  });
});

function lines(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.join("\t")}\n`).join("");
}
