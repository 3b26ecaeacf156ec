import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { frequenciesOver, parzenOver } from "./parzen.ts";

const CELLS = 2000;

for (const points of [[], [0.5], [0, 0, 0.02], [0.1, 0.4, 0.45, 1]]) {
  test(`the density over ${JSON.stringify(points)} has a mass of one, and draws follow it`, () => {
    const { density, draw } = parzenOver(points);
    const random = seededRandom(1, "draws");
    const drawn = Array.from({ length: 4000 }, () => draw(random));
    assert.ok(drawn.every((value) => value >= 0 && value <= 1));
    let mass = 0;
    let below = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const place = (cell + 0.5) / CELLS;
      mass += density(place) / CELLS;
      if (place < 0.3) below += density(place) / CELLS;
    }
    assert.ok(Math.abs(mass - 1) < 0.01, `the mass is ${mass}`);
    const share = drawn.filter((value) => value < 0.3).length / drawn.length;
    assert.ok(Math.abs(share - below) < 0.03, `${share} of the draws, ${below} of the mass`);
  });
}

test("values that were seen are drawn more, and the others still are", () => {
  const { density, draw } = frequenciesOver(["a", "b", null], ["b", "b"]);
  assert.deepEqual(["a", "b", null].map(density), [1 / 5, 3 / 5, 1 / 5]);
  const random = seededRandom(1, "draws");
  const drawn = Array.from({ length: 3000 }, () => draw(random));
  const share = (value: string | null) => drawn.filter((one) => one === value).length / 3000;
  for (const value of ["a", "b", null]) {
    assert.ok(Math.abs(share(value) - density(value)) < 0.03, `${value}: ${share(value)}`);
  }
});
