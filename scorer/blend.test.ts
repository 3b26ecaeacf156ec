import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wholeBlend } from "../core/bundle/manifest.ts";
import { Failure } from "../core/domain/failure.ts";
import { checkWeights, chooseBlend, WEIGHT_MAX } from "./blend.ts";

const taste = new Float32Array(1);
const weight = fc.oneof(fc.constant(0), fc.double({ min: 0, max: WEIGHT_MAX, noNaN: true }));
const weights = fc.record({
  short: weight,
  long: weight,
  neighbours: weight,
  coplay: weight,
  popularity: weight,
});
const said = { tracks: new Uint32Array(1), values: taste };

const speaking = fc.record({
  short: fc.boolean(),
  long: fc.boolean(),
  neighbours: fc.boolean(),
  coplay: fc.boolean(),
});

test("a source counts as wanted where it has something to say, and else not at all", () => {
  fc.assert(
    fc.property(weights, speaking, (wanted, speaks) => {
      const tastes = { ...(speaks.short && { short: taste }), ...(speaks.long && { long: taste }) };
      const sparse = {
        ...(speaks.neighbours && { neighbours: said }),
        ...(speaks.coplay && { coplay: said }),
      };
      const { rung, weights: used } = chooseBlend(wanted, { tastes, sparse });
      const names = ["short", "long", "neighbours", "coplay"] as const;
      const counting = names.filter((name) => speaks[name] && wanted[name] > 0);
      if (rung === "popularity") {
        assert.deepEqual(used, wholeBlend({ popularity: 1 }));
        assert.deepEqual(counting, []);
        return;
      }
      for (const name of names) assert.equal(used[name], speaks[name] ? wanted[name] : 0);
      assert.equal(used.popularity, wanted.popularity);
      const [short, long] = [counting.includes("short"), counting.includes("long")];
      const withLong = long ? "long_term" : "coplay";
      assert.equal(rung, short ? (long ? "blend" : "short_term") : withLong);
    }),
  );
});

test("weights are taken as they are, or refused by name", () => {
  fc.assert(
    fc.property(weights, (given) => {
      fc.pre(Object.values(given).some((amount) => amount > 0));
      assert.equal(checkWeights(given, "blend"), given);
    }),
  );
  const off = [Number.NaN, -1, Number.POSITIVE_INFINITY, WEIGHT_MAX * 1.001];
  for (const long of off) {
    assert.throws(
      () => checkWeights({ ...wholeBlend({ short: 1 }), long }, "blend"),
      (error) => error instanceof Failure && error.field === "blend.long_term",
    );
  }
});
