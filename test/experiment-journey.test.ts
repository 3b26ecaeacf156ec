import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { grpcAddress, startChild } from "../cli/child-process.ts";
import { connectClient } from "../cli/recommender-client.ts";
import { ListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SEGUE = fileURLToPath(new URL("../cli/segue.ts", import.meta.url));
const LISTENERS = 120;
const FINISHED = 2;
const MINUTE_MS = 60_000;
/** A window of less than a second. */
const WINDOW_DAYS = "0.00001";

const folder = temporaryFolder();
const [home, file] = [join(folder, "home"), join(folder, "experiments.json")];
const bundles = { served: join(folder, "served"), next: join(folder, "next") };
const sizes = { dimension: 4, hidden: 4, features: [] };
await publishRandomBundle(bundles.served, { ...sizes, tracks: 40, seed: 1 });
await publishRandomBundle(bundles.next, { ...sizes, tracks: 40, seed: 2 });
const exploration = { uniform: 0.5, pool: 40 };
const next = { name: "next", share: 0.4, bundle: bundles.next, states: "rebuilt", exploration };
const arms = [{ name: "as-is", share: 0.4, states: "rebuilt", exploration }, next];

test("two bundles are compared from the first list to the report", async () => {
  const experiment = { name: "trial", control: "as-is", arms, interleaved_share: 0.2 };
  writeFileSync(file, JSON.stringify({ experiments: [experiment] }));
  const played = await serveAndPlay();
  const report = experimentJson("report", "--window-days", WINDOW_DAYS);
  const [control, other] = [report.arms["as-is"], report.arms.next];
  const counted = control.listeners + other.listeners + report.interleaving.listeners;
  assert.equal(counted, LISTENERS);
  assert.deepEqual([report.joined_by_name, report.joined_by_time], [played.next, 0]);
  assert.ok(report.sample_ratio_p > 0.001);
  assert.equal(control.plays.value, 0);
  assert.equal(other.plays.value, 1);
  assert.deepEqual([control.bundles, other.bundles], [[played.ids.served], [played.ids.next]]);
  assert.equal(report.interleaving.wins.next, played.nextInterleaved);
  const lists = join(folder, "lists.jsonl.gz");
  assert.deepEqual(experimentJson("export", "--out", lists), { lists: LISTENERS, out: lists });
  const page = join(folder, "report.html");
  const again = ["--recommendations", lists, "--window-days", WINDOW_DAYS, "--out", page];
  assert.deepEqual(experimentJson("report", ...again), report);
  assert.match(readFileSync(page, "utf8"), /next minus control/);
  const policy = join(folder, "policy.json");
  writeFileSync(policy, JSON.stringify({ exploration: { uniform: 1, pool: 40 } }));
  const estimated = experimentJson("estimate", "--bundle", bundles.next, "--policy", policy);
  // Whose lists were of the next bundle played the first track, and the log has nobody else.
  assert.equal(estimated.picks, other.listeners);
  assert.equal(estimated.lists_unheard, control.listeners);
  assert.equal(estimated.lists_unusable, report.interleaving.listeners);
  assert.equal(estimated.lists_repeated, estimated.lists_asked_again);
  assert.deepEqual([estimated.logged.value, estimated.snips.value], [1, 1]);
});

test("a bundle that cannot read the stored states stops the start by its arm's name", async () => {
  const stored = [
    { name: "as-is", share: 0.5 },
    { ...next, states: "stored" },
  ];
  const experiments = [{ name: "trial", control: "as-is", arms: stored }];
  writeFileSync(file, JSON.stringify({ experiments }));
  const started = startChild("serve", serveArgs());
  await assert.rejects(started, /did not start: it ended with 3/);
});

function serveArgs(): string[] {
  const experiments = ["--experiments", file, "--recommendation-log", "full"];
  return ["--home", home, "--bundle", bundles.served, "--port", "0", ...experiments];
}

/** Every listener gets a list; those who see a track of the next bundle play one of its. */
async function serveAndPlay() {
  const scorer = await startChild("serve", serveArgs());
  const client = connectClient(grpcAddress(scorer));
  const ids = { served: "", next: "" };
  let [next, nextInterleaved] = [0, 0];
  for (let number = 0; number < LISTENERS; number++) {
    const listener = `listener-${number}`;
    const reply = await client.nextTracks({ listener, k: 4 });
    assert.equal(reply.experiment, "trial");
    if (reply.arm === "as-is") ids.served = reply.bundleId;
    if (reply.arm === "next") ids.next = reply.bundleId;
    const isInterleaved = reply.arm === "";
    assert.equal(reply.interleaved.length, isInterleaved ? 2 : 0);
    const own = reply.tracks.find(({ arm }) => (arm || reply.arm) === "next");
    if (own === undefined) continue;
    next++;
    if (isInterleaved) nextInterleaved++;
    const { recommendationId } = reply;
    await client.publish(playOf({ listener, track: own.track, recommendationId, afterMs: 1 }));
  }
  // A later event of somebody else's: by it all windows are over.
  const late = { listener: "nobody", track: "track-1", recommendationId: "", afterMs: MINUTE_MS };
  await client.publish(playOf(late));
  client.close();
  await scorer.stop();
  return { ids, next, nextInterleaved };
}

function playOf(play: {
  readonly listener: string;
  readonly track: string;
  readonly recommendationId: string;
  readonly afterMs: number;
}): ListeningEvent {
  const { afterMs, ...told } = play;
  const happenedAtMs = Date.now() + afterMs;
  const eventId = `${play.listener}-1`;
  const heard = { playedMs: 200_000, trackMs: 200_000, kind: FINISHED };
  return ListeningEvent.fromPartial({ ...told, ...heard, eventId, happenedAtMs } as never);
}

function experimentJson(...args: string[]) {
  const command = [SEGUE, "experiment", ...args, "--json", "--home", home];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
