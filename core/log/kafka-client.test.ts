import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "./kafka-batch-place.ts";
import { noticeOnce } from "./kafka-client.ts";
import type { LogNotice } from "./log-notice.ts";

function entry(message: string, error?: string) {
  const log = { timestamp: "", message, ...(error === undefined ? {} : { error }) };
  return { namespace: "Connection", level: 1, label: "ERROR", log };
}

test("what a group does every day is no notice, and an outage is one now and then", () => {
  const notices: LogNotice[] = [];
  let nowMs = 0;
  const log = noticeOnce(
    (notice) => notices.push(notice),
    () => nowMs,
  );
  log(entry("Response Heartbeat(key: 12, version: 3)", "The group is rebalancing, so a rejoin"));
  log(entry("The coordinator is not aware of this member, re-joining the group"));
  assert.equal(notices.length, 0);
  for (let port = 9092; port < 9192; port++) {
    nowMs += 100;
    log(entry("Connection error", `connect ECONNREFUSED 127.0.0.1:${port}`));
  }
  nowMs += 10_000;
  log(entry("Connection error", "connect ECONNREFUSED 127.0.0.1:1"));
  assert.equal(notices.length, 2);
  assert.match(notices[0]!.message, /ECONNREFUSED 127.0.0.1:9092/);
});

test("a batch is delivered where it holds the expected offset, and only there", () => {
  assert.equal(placeOf({ from: 10, through: 20 }, 10), "deliver");
  assert.equal(placeOf({ from: 10, through: 20 }, 15), "deliver");
  assert.equal(placeOf({ from: 10, through: 20 }, 20), "behind");
  assert.equal(placeOf({ from: 10, through: 20 }, 9), "ahead");
});
