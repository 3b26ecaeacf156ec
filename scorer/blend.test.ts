import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../core/domain/failure.ts";
import { checkWeights, chooseBlend, WEIGHT_MAX } from "./blend.ts";

const taste = new Float32Array(1);
const weight = fc.oneof(fc.constant(0), fc.double({ min: 0, max: WEIGHT_MAX, noNaN: true }));
const weights = fc.record({ short: weight, long: weight, popularity: weight });

test("a model counts as wanted where it has a taste, and else not at all", () => {
  fc.assert(
    fc.property(weights, fc.boolean(), fc.boolean(), (wanted, hasShort, hasLong) => {
      const tastes = { ...(hasShort && { short: taste }), ...(hasLong && { long: taste }) };
      const { rung, weights: used } = chooseBlend(wanted, tastes);
      if (rung === "popularity") {
        assert.deepEqual(used, { short: 0, long: 0, popularity: 1 });
        assert.equal((hasShort ? wanted.short : 0) + (hasLong ? wanted.long : 0), 0);
        return;
      }
      assert.equal(used.short, hasShort ? wanted.short : 0);
      assert.equal(used.long, hasLong ? wanted.long : 0);
      assert.equal(used.popularity, wanted.popularity);
      const counting = `${used.short > 0} ${used.long > 0}`;
      const rungs = { "true true": "blend", "true false": "short_term", "false true": "long_term" };
      assert.equal(rung, rungs[counting as keyof typeof rungs]);
    }),
  );
});

test("weights are taken as they are, or refused by name", () => {
  fc.assert(
    fc.property(weights, (given) => {
      fc.pre(given.short + given.long + given.popularity > 0);
      assert.equal(checkWeights(given, "blend"), given);
    }),
  );
  const off = [Number.NaN, -1, Number.POSITIVE_INFINITY, WEIGHT_MAX * 1.001];
  for (const long of off) {
    assert.throws(
      () => checkWeights({ short: 1, long, popularity: 1 }, "blend"),
      (error) => error instanceof Failure && error.field === "blend.long_term",
    );
  }
});
