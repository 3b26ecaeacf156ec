import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrackId } from "../core/domain/ids.ts";
import { influenceWords } from "./influence-words.ts";

const track = "t7" as TrackId;
const details = { title: "Roygbiv", artists: ["Boards of Canada"] };

test("what brought a track is told by title and artist, what held it back with despite", () => {
  const told = { kind: "finished", effect: 1, track, details } as const;
  assert.equal(influenceWords(told), "because of “Roygbiv” by Boards of Canada");
  assert.equal(
    influenceWords({ ...told, effect: -1 }),
    "despite hearing “Roygbiv” by Boards of Canada",
  );
  assert.equal(
    influenceWords({ ...told, kind: "skipped", effect: -1 }),
    "despite skipping “Roygbiv” by Boards of Canada",
  );
  assert.equal(
    influenceWords({ ...told, kind: "added_to_playlist" }),
    "because of adding “Roygbiv” by Boards of Canada to a playlist",
  );
});

test("a track that the catalogue does not know is told by its id, if the bundle knows that", () => {
  const told = { kind: "liked", effect: 1, details: undefined } as const;
  assert.equal(influenceWords({ ...told, track }), "because of liking t7");
  assert.equal(
    influenceWords({ ...told, track: undefined }),
    "because of liking a track unknown here",
  );
});
