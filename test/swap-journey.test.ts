import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { startSegue } from "./support/running-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SIZES = { tracks: 50, dimension: 8, hidden: 8, features: ["kind"] } as const;
const SEGUE = fileURLToPath(new URL("../cli/segue.ts", import.meta.url));
const PLAY = {
  listener: "ada",
  track: "track-3",
  kind: 2,
  playedMs: 1000,
  trackMs: 1000,
  shuffle: false,
  doNotStore: false,
  device: "",
  recommendationId: "",
} as const;

test("scorer and ingest take a published bundle while they run, and go back", async () => {
  const home = temporaryFolder();
  const bundle = join(home, "bundle");
  const first = await publishRandomBundle(bundle, { ...SIZES, seed: 1 });
  const segue = await startSegue({ home, bundle });
  const { client } = segue;
  const hear = async (eventId: string) => {
    const event = { ...PLAY, eventId, happenedAtMs: Date.now(), context: undefined };
    const { position } = await client.publish(event);
    return client.nextTracks({ listener: "ada", atLeast: position });
  };
  const heardUnder = async (id: string): Promise<void> => {
    for (let event = 0; ; event++) {
      const { bundleId } = await hear(`${id}-${event}`);
      const record = await client.getListener("ada");
      if (bundleId === id && record.bundleId === id) return;
    }
  };
  try {
    await heardUnder(first);
    const second = await publishRandomBundle(bundle, { ...SIZES, seed: 2 });
    await heardUnder(second);
    const { status, stdout } = spawnSync(process.execPath, [
      SEGUE,
      "bundle",
      "rollback",
      "--home",
      home,
    ]);
    assert.equal(status, 0);
    const { served, previous } = JSON.parse(String(stdout));
    assert.deepEqual([served.id, previous.id], [first, second]);
    await heardUnder(first);
  } finally {
    await segue.stop();
  }
});
