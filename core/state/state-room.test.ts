import assert from "node:assert/strict";
import { test } from "node:test";
import { stateRoom } from "./state-room.ts";

test("rooms are zeros and never overlap, however large they are", () => {
  const sizes = [100, 0, 8000, 192, 1, 20_000, 300, 8192, 100];
  const rooms = sizes.map((size) => {
    const room = stateRoom(size);
    assert.ok(room.length === size && room.every((value) => value === 0));
    return room.fill(1);
  });
  for (const [at, room] of rooms.entries()) room.fill(at);
  for (const [at, room] of rooms.entries()) assert.ok(room.every((value) => value === at));
});
