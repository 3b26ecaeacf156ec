import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as othersRun } from "node:timers/promises";
import { wholeBlend } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { drawer, drawSpace } from "../../test/support/drawn-spaces.ts";
import { bruteForce } from "./brute-force.ts";
import { cosineScan } from "./cosine-scan.ts";
import { openLayout } from "./model-vectors.ts";
import { layOut } from "./scan-layout.ts";
import { openScanSearch } from "./scan-search.ts";

test("a scan in turns finds what brute force does, whatever is searched between them", async () => {
  const draw = drawer(5);
  const sizes = { count: 300, shortDimension: 6, longDimension: 9, shape: "few values" as const };
  const space = drawSpace(draw, sizes);
  const layout = openLayout(layOut(space));
  const [similar, retrieve] = [cosineScan(layout, 64), openScanSearch(layout)];
  const queries = Array.from({ length: 6 }, (_, at) => ({
    model: at % 2 === 0 ? ("short" as const) : ("long" as const),
    vector: draw.normals(at % 2 === 0 ? 6 : 9),
    excluded: [at, 100 + at, 10_000] as TrackIndex[],
    k: 1 + 40 * at,
  }));

  const found = queries.map((query) => similar(query));
  let turns = 0;
  const all = Promise.all(found).finally(() => (turns = -turns));
  while (turns >= 0) {
    retrieve({
      tastes: { short: draw.normals(6), long: draw.normals(9) },
      weights: wholeBlend({ short: 1, long: 1 }),
      ...{ excluded: [], k: 10 },
    });
    turns++;
    await othersRun();
  }
  assert.ok(-turns > 2, `${-turns} other searches ran meanwhile`);
  const oracle = bruteForce(space);
  for (const [at, query] of queries.entries()) {
    assert.deepEqual((await all)[at], await oracle.similar(query), `query ${at}`);
  }
});
