import assert from "node:assert/strict";
import { test } from "node:test";
import { preparationParts, preparationTold } from "./preparation-section.ts";

const size = { events: 1234, sessions: 50, listeners: 6, tracks: 7 };
const told = {
  read: size,
  left_out: { "session<length": { ...size, events: 4321 } },
  split: { trained: 40, cut: 2, held_back: 8 },
};

test("each step has its row, and names are shown, not run", () => {
  const parts = preparationParts(preparationTold({ preparation: told })!);
  for (const shown of ["session&lt;length", "4,321", "1,234", "40 earlier", "2 of these"]) {
    assert.ok(parts.includes(shown), shown);
  }
});

test("whatever another trainer wrote is left out, not an error", () => {
  const strange = [
    undefined,
    "some",
    { ...told, read: null },
    { ...told, split: {} },
    { ...told, left_out: {} },
    { ...told, left_out: { some: { events: "many" } } },
  ];
  for (const preparation of strange) {
    assert.equal(preparationTold({ preparation }), undefined);
  }
});
