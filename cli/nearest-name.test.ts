import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName, suggestion } from "./nearest-name.ts";

test("the nearest name is the one that takes the fewest edits, and none where all are far", () => {
  assert.equal(nearestName("brokres", ["home", "brokers", "broken"]), "brokers");
  assert.equal(nearestName("prot", ["host", "port"]), "port");
  assert.equal(nearestName("colour", ["home", "brokers"]), undefined);
});

test("a suggestion is a part of a sentence, or nothing", () => {
  assert.equal(suggestion("prot", ["port"]), '; did you mean "port"?');
  assert.equal(suggestion("colour", ["port"]), "");
});
