import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Failure } from "../../core/domain/failure.ts";
import { parseExperiments } from "./parse-experiments.ts";

test("an experiments file says who gets what, and until when", () => {
  const [experiment] = parseExperiments({
    experiments: [
      {
        name: "blend-december",
        control: "as-is",
        from: "2026-12-01",
        until: "2026-12-15T09:00Z",
        interleaved_share: 0.2,
        arms: [
          { name: "as-is", share: 0.4 },
          {
            name: "now",
            share: 0.4,
            bundle: "bundles/next",
            states: "rebuilt",
            blend: { short_term: 1, long_term: 0.25 },
            skips: 3,
            diversity: 0,
            exploration: { uniform: 0.125, pool: 20 },
          },
        ],
      },
    ],
  });
  assert.deepEqual(experiment, {
    name: "blend-december",
    salt: "blend-december",
    control: "as-is",
    fromMs: Date.UTC(2026, 11, 1),
    untilMs: Date.UTC(2026, 11, 15, 9),
    interleavedShare: 0.2,
    arms: [
      { name: "as-is", share: 0.4, bundle: undefined, states: "stored", wishes: {} },
      {
        name: "now",
        share: 0.4,
        bundle: "bundles/next",
        states: "rebuilt",
        wishes: {
          weights: { short: 1, long: 0.25, neighbours: 0, coplay: 0, popularity: 0 },
          skips: 3,
          diversity: 0,
          exploration: { uniform: 0.125, temperature: 0, pool: 20, seed: undefined },
        },
      },
    ],
  });
});

test("an arm's rules are those of a request", () => {
  const rules = { per_artist: { tracks_max: 2, window: 10 }, not_heard_within_ms: 60_000 };
  const [experiment] = parseExperiments(fileOf({}, { rules }));
  const { listRules, notHeardWithinMs } = experiment!.arms[1]!.wishes;
  assert.deepEqual(listRules!.perArtist, { tracksMax: 2, window: 10 });
  assert.equal(notHeardWithinMs, 60_000);
});

test("whatever is off is refused by the name of its key", () => {
  const faults: readonly (readonly [string, unknown])[] = [
    ["experiments", {}],
    ["experimets", { experiments: [], experimets: [] }],
    ["experiments[0].name", fileOf({ name: "two words" })],
    ["experiments[0].shares", fileOf({ shares: 1 })],
    ["experiments[0].control", fileOf({ control: "nobody" })],
    ["experiments[0].arms", fileOf({ arms: [{ name: "one" }, { name: "one" }] })],
    ["experiments[0].arms", fileOf({}, { share: 0.9 })],
    ["experiments[0].until", fileOf({ from: "2026-12-02", until: "2026-12-01" })],
    ["experiments[0].from", fileOf({ from: "tomorrow" })],
    ["experiments[0].arms[1].share", fileOf({}, { share: 2 })],
    ["experiments[0].arms[1].states", fileOf({}, { states: "guessed" })],
    ["experiments[0].arms[1].bundle", fileOf({}, { bundle: 7 })],
    ["experiments[0].arms[1].blend", fileOf({}, { blend: {} })],
    ["experiments[0].arms[1].blend.shortTerm", fileOf({}, { blend: { shortTerm: 1 } })],
    ["experiments[0].arms[1].blend.short_term", fileOf({}, { blend: { short_term: -1 } })],
    ["experiments[0].arms[1].blend.skips", fileOf({}, { skips: -1 })],
    ["experiments[0].arms[1].diversity", fileOf({}, { diversity: 2 })],
    ["experiments[0].arms[1].exploration.pool", fileOf({}, { exploration: { pool: 1 } })],
    ["experiments[0].arms[1].rules.per_artist", fileOf({}, { rules: { per_artist: 3 } })],
    ["experiments[0].arms[1].rules", fileOf({ interleaved_share: 0.1 }, { rules: {} })],
  ];
  for (const [field, file] of faults) {
    assert.throws(
      () => parseExperiments(file),
      (failure: Failure) => {
        assert.equal(failure.field, field);
        assert.ok(failure.message.includes(field));
        return failure.code === "bad_configuration";
      },
    );
  }
});

test("the document's example is an experiments file", () => {
  const document = readFileSync(new URL("../../docs/experiments.md", import.meta.url), "utf8");
  const [, example] = /```json\n(\{[^`]*)```/.exec(document)!;
  const [experiment] = parseExperiments(JSON.parse(example!));
  assert.equal(experiment!.arms.length, 2);
});

test("three arms cannot be interleaved", () => {
  const arms = ["one", "two", "three"].map((name) => ({ name, share: 0.2 }));
  const file = fileOf({ arms, control: "one", interleaved_share: 0.2 });
  assert.throws(() => parseExperiments(file), { field: "experiments[0].interleaved_share" });
});

function fileOf(experiment: object, arm: object = {}): object {
  const arms = [
    { name: "as-is", share: 0.5 },
    { name: "other", share: 0.3, ...arm },
  ];
  return { experiments: [{ name: "one", control: "as-is", arms, ...experiment }] };
}
