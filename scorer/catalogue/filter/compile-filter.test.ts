import assert from "node:assert/strict";
import { test } from "node:test";
import { Environment } from "@marcbachmann/cel-js";
import fc from "fast-check";
import type { CatalogueTrack } from "../../../core/catalogue/catalogue-track.ts";
import type { Failure } from "../../../core/domain/failure.ts";
import type { TrackId, TrackIndex } from "../../../core/domain/ids.ts";
import { UNTOLD } from "../../../test/support/untold-track.ts";
import { newColumns } from "../columns.ts";
import { compileFilter } from "./compile-filter.ts";
import { fillBits } from "./expression.ts";
import { TRACK_FIELDS } from "./parse-filter.ts";

const GENRES = ["jazz", "folk", "rock", "", "jazz fusion"];
const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const tracks = fc.array(
  fc.record({
    title: some("", "So What", "so what", "Blue 🎵"),
    artists: fc.array(
      some("a1", "a2", "a3").map((id) => ({ id, name: id.toUpperCase() })),
      { maxLength: 3 },
    ),
    album: some({ id: "", title: "" }, { id: "b1", title: "Blue" }, { id: "b2", title: "Kind" }),
    genres: fc.array(some(...GENRES), { maxLength: 4 }),
    markets: fc.array(some("DE", "US", "BR"), { maxLength: 2 }),
    trackMs: some(1, 180_000, 200_000),
    releaseDate: some("1959", "1969-09", "1990-01-02", "2024"),
    explicit: fc.boolean(),
    tempo: some(60, 90.5, 120),
    energy: some(0, 0.25, 0.5, 1),
    valence: some(0, 0.75),
    popularity: some(0, 1),
  }),
  { minLength: 1, maxLength: 70 },
);

const number = some("track.release_year", "track.duration_ms", "1990", "-3", "1959");
const double = some("track.tempo", "track.energy", "track.valence", "90.5", "0.25", "-1.0");
const text = some("track.id", "track.title", "track.album", "track.album_title", '"b1"', '"so"');
const texts = some("track.genres", "track.artists", "track.artist_names", "track.markets");
const comparison = some("==", "!=", "<", "<=", ">", ">=");
const macro = some("exists", "all", "exists_one");
const leaf = fc.oneof(
  fc.tuple(number, comparison, number).map((parts) => parts.join(" ")),
  fc.tuple(double, comparison, double).map((parts) => parts.join(" ")),
  fc.tuple(text, comparison, text).map((parts) => parts.join(" ")),
  fc.tuple(text, texts).map((parts) => parts.join(" in ")),
  fc.tuple(text, some("startsWith", "endsWith", "contains"), text).map(([one, search, other]) => {
    return `${one}.${search}(${other})`;
  }),
  fc.tuple(texts, macro, comparison, text).map(([list, name, operator, other]) => {
    return `${list}.${name}(g, g ${operator} ${other})`;
  }),
  fc.tuple(texts, macro).map(([list, name]) => `${list}.${name}(g, g in ["jazz", "a1", "DE"])`),
  fc.tuple(texts, comparison).map(([list, operator]) => `size(${list}) ${operator} 1`),
  some(
    "track.explicit",
    "true",
    "track.explicit == false",
    "track.release_year in [1959, 2024]",
    "track.title.size() > 6",
    "track.genres.exists(g, track.title.startsWith(g))",
    "[1959, 1990].exists(y, track.release_year > y)",
  ),
);
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.tuple(tie("filter"), some("&&", "||"), tie("filter")).map((parts) => `(${parts.join(" ")})`),
    tie("filter").map((inner) => `!(${inner})`),
  ),
}));

const oracle = new Environment()
  .registerType("Track", { fields: { ...TRACK_FIELDS } })
  .registerVariable("track", "Track");

test("a filter says of every track what CEL's own evaluation says", () => {
  fc.assert(
    fc.property(tracks, filter, (drawn, expression) => {
      const all = drawn.map((track, row) => ({ ...track, track: `track-${row}` as TrackId }));
      const columns = columnsOf(all);
      const compiled = compileFilter(columns, expression, "filter");
      const bits = new Uint32Array(Math.ceil(all.length / 32));
      fillBits(compiled, bits, 0);
      const evaluate = oracle.parse(expression);
      for (const [row, track] of all.entries()) {
        const expected = evaluate({ track: celTrack(track) });
        assert.equal(compiled.at(row), expected, `track ${row} alone`);
        assert.equal(((bits[row >>> 5]! >>> (row & 31)) & 1) === 1, expected, `track ${row}`);
      }
    }),
    { numRuns: 500 },
  );
});

test("what is not known is neither above nor below anything, and has() says so", () => {
  const columns = columnsOf([{ ...EMPTY, track: "track-0" as TrackId }]);
  const ask = (expression: string) => compileFilter(columns, expression, "filter").at(0);
  for (const field of ["tempo", "energy", "valence", "popularity"]) {
    for (const operator of ["<", ">=", "=="]) {
      assert.equal(ask(`track.${field} ${operator} 0.0`), false);
    }
    assert.equal(ask(`has(track.${field})`), false);
  }
  assert.equal(ask("track.release_year < 1990"), false);
  assert.equal(ask("has(track.title) || has(track.genres) || has(track.release_year)"), false);
  columns.set(0 as TrackIndex, { ...EMPTY, title: "So What", tempo: 0.1, genres: ["jazz"] });
  assert.equal(ask("has(track.title) && has(track.genres) && has(track.tempo)"), true);
  assert.equal(ask("track.tempo <= 0.1 && track.tempo == 0.1"), true, "sent as a float");
});

test("a wrong filter is refused with its field and the place in it", () => {
  const columns = columnsOf([]);
  const refusals = [
    ["", /filter is no filter at its end: /],
    ["track.genres.exists(g,", /at its end/],
    ["track.gneres.exists(g, true)", /at character 7, near "gneres.*gneres/],
    ["track.release_year", /of type int, not bool/],
    [
      'track.title == "a" && track.release_year == "b"',
      /at character 23, near "track.release_year/,
    ],
    ["nobody.title == 'a'", /at character 1, .*nobody/],
    ['track.title.matches("(a+)+$")', /matches is not taken/],
    ['track["title"] == "a"', /an index is not taken/],
    ["track.explicit ? true : false", /the choice .* is not taken/],
    ["track.release_year / 0 == 1", /"\/" is not taken/],
    ["track.genres.exists(g, track.artists.exists(a, a == g))", /a macro within a macro/],
    ["size([track]) == 1", /name a field of track/],
    ["track.release_year == 9223372036854775807", /beyond 2⁵³/],
    [`track.id in [${"'a',".repeat(400)}]`, /filter is no filter/],
    [`${"(".repeat(100)}true${")".repeat(100)}`, /filter is no filter/],
    [" ".repeat(4001), /4001 characters, more than 4000/],
    [`[${"1,".repeat(99)}1].exists(x, ${"x == 1 || ".repeat(5)}true)`, /steps for each track/],
  ] as const;
  for (const [expression, message] of refusals) {
    assert.throws(
      () => compileFilter(columns, expression, "boosts[1].filter"),
      (error: Failure) => {
        assert.equal(error.code, "bad_request");
        assert.equal(error.field, "boosts[1].filter");
        assert.match(error.message, message);
        return true;
      },
      expression.slice(0, 60),
    );
  }
});

const EMPTY: CatalogueTrack = { ...UNTOLD, track: "track-0" as TrackId };

function columnsOf(all: readonly CatalogueTrack[]) {
  const columns = newColumns({ trackIds: all.map(({ track }) => track) });
  for (const [row, track] of all.entries()) columns.set(row as TrackIndex, track);
  return columns;
}

/** The track as CEL's own evaluation sees it: whole numbers are its ints. */
function celTrack(track: CatalogueTrack) {
  return {
    ...track,
    id: track.track,
    artists: track.artists.map(({ id }) => id),
    artist_names: track.artists.map(({ name }) => name),
    album: track.album.id,
    album_title: track.album.title,
    duration_ms: BigInt(track.trackMs),
    release_year: BigInt(Number.parseInt(track.releaseDate, 10)),
  };
}
