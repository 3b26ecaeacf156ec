import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  FollowListenerRequest,
  NextTracksRequest,
  RankTracksRequest,
} from "../proto/gen/segue/v1/recommender.ts";
import { newColumns } from "./catalogue/columns.ts";
import { compileFilter } from "./catalogue/filter/compile-filter.ts";
import { TRACK_FIELDS } from "./catalogue/filter/parse-filter.ts";
import { followListenerQuery, nextTracksQuery, rankTracksQuery } from "./requests.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../docs/recommending.md"), "utf8");
/** What each method understands of a request that is taken. */
const UNDERSTAND: Readonly<Record<string, (written: unknown) => unknown>> = {
  NextTracks(written) {
    const request = NextTracksRequest.fromJSON(written);
    assert.ok(nextTracksQuery(request));
    return NextTracksRequest.toJSON(request);
  },
  RankTracks(written) {
    const request = RankTracksRequest.fromJSON(written);
    assert.ok(rankTracksQuery(request));
    return RankTracksRequest.toJSON(request);
  },
  FollowListener(written) {
    const request = FollowListenerRequest.fromJSON(written);
    assert.ok(followListenerQuery(request));
    return FollowListenerRequest.toJSON(request);
  },
};

test("every request that the page shows is one that is taken, field by field", () => {
  const calls = [...PAGE.matchAll(/-d '(\{[\s\S]*?\})' \\\n.*Recommender\/(\w+)/g)];
  assert.equal(calls.length, 7);
  for (const [, body, method] of calls) {
    const written = JSON.parse(body!);
    assert.deepEqual(unknownNames(written, UNDERSTAND[method!]!(written)), [], body);
    const filters = [written.filter, ...(written.boosts ?? []).map((one: Boost) => one.filter)];
    for (const filter of filters.filter(Boolean)) {
      compileFilter(newColumns({ trackIds: [] }), filter, "filter");
    }
  }
});

interface Boost {
  readonly filter: string;
}

test("the page names every field that a filter may ask for", () => {
  for (const field of Object.keys(TRACK_FIELDS)) {
    assert.ok(PAGE.includes(`\`${field}\``), field);
  }
});

/** Names that were written and are not in what was understood. */
function unknownNames(written: unknown, understood: unknown): string[] {
  if (typeof written !== "object" || written === null) return [];
  return Object.entries(written).flatMap(([name, value]) => {
    const camel = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const found = (understood as Record<string, unknown>)?.[camel];
    return found === undefined ? [name] : unknownNames(value, found);
  });
}
