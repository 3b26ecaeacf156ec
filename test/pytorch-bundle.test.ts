import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import type { EventId, ListenerId, SessionId, TrackId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { type AskedList, startReplay } from "../trainer/evaluate/ask-and-hear.ts";

/** `make-bundle.py` wrote both, with PyTorch and without any of our code. */
const FIXTURE = join(import.meta.dirname, "fixtures/pytorch");

const STARTED_AT_MS = Date.UTC(2026, 0, 1);

interface RankedSession {
  readonly tracks: readonly TrackId[];
  /** What PyTorch ranks first after each track but the last. */
  readonly lists: readonly (readonly TrackId[])[];
}

test("a GRU4Rec that PyTorch trained and exported is served with PyTorch's ranks", async (t) => {
  const bundle = await openBundle(join(FIXTURE, "bundle"));
  const runner = await createStepRunner(bundle);
  t.after(() => runner.close());
  const ranks = await readFile(join(FIXTURE, "ranks.json"), "utf8");
  const { sessions } = JSON.parse(ranks) as { readonly sessions: readonly RankedSession[] };
  const served: AskedList[] = [];
  const observe = (asked: AskedList) => served.push(asked);
  const replay = startReplay({ bundle, runner }, { observe, asksWithoutLong: false });
  // One listener hears all sessions, so that the hidden state must begin anew in each.
  for (const event of sessions.flatMap(eventsOf)) await replay.predict(event);

  const expected = sessions.flatMap(({ lists }) => lists);
  assert.ok(expected.length > 50);
  for (const source of ["blend", "short"] as const) {
    const lists = served.filter((asked) => asked.source === source).map(trackIdsOf);
    assert.deepEqual(lists, expected);
  }
});

test("the exported model has input and output vectors of its own, and a bias", async () => {
  const { inputVectors, outputVectors, outputBias, features } = (
    await openBundle(join(FIXTURE, "bundle"))
  ).models.short!;
  assert.notDeepEqual(inputVectors, outputVectors);
  assert.ok(outputBias.some((bias) => bias !== 0));
  assert.deepEqual(features, []);
});

function eventsOf({ tracks }: RankedSession, session: number): ListeningEvent[] {
  return tracks.map((track, place) => ({
    eventId: `${session} ${place}` as EventId,
    listener: "ann" as ListenerId,
    session: `session ${session}` as SessionId,
    track,
    happenedAtMs: STARTED_AT_MS + 60_000 * (100 * session + place),
    kind: "finished",
    playedMs: undefined,
    trackMs: undefined,
    contextKind: "unspecified",
    contextId: "",
    shuffle: false,
    device: "",
    recommendationId: "",
  }));
}

function trackIdsOf({ tracks }: AskedList): TrackId[] {
  return tracks.map(({ track }) => track);
}
