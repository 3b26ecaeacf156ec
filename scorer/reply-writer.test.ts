import assert from "node:assert/strict";
import { test } from "node:test";
import { NextTracksResponse } from "../proto/gen/segue/v1/recommender.ts";
import { replyWriter } from "./reply-writer.ts";

const reply = (tracks: number, bundleId: string) =>
  NextTracksResponse.fromPartial({
    bundleId,
    tracks: Array.from({ length: tracks }, (_, track) => ({
      track: `track-${track}`,
      score: track,
    })),
  });

test("each reply is encoded as it would be alone, and stays what it was", () => {
  const encode = replyWriter(NextTracksResponse);
  const replies = [reply(20, "one"), reply(0, ""), reply(500, "two"), reply(1, "three")];
  const encoded = replies.map(encode);
  for (const [at, bytes] of encoded.entries()) {
    assert.deepEqual(bytes, Buffer.from(NextTracksResponse.encode(replies[at]!).finish()));
  }
});

test("a reply that cannot be encoded leaves nothing before the next one", () => {
  const encode = replyWriter(NextTracksResponse);
  const wrong = { ...reply(3, "wrong"), poolSize: -1 };
  assert.throws(() => encode(wrong));
  assert.deepEqual(NextTracksResponse.decode(encode(reply(2, "right"))), reply(2, "right"));
});
