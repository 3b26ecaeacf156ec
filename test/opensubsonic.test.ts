import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startChild } from "../cli/child-process.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { startSegue } from "./support/running-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SIZES = { tracks: 50, dimension: 8, hidden: 8, features: ["kind"] } as const;

test("a player scrobbles through the adapter, and the scorer knows the play", async () => {
  const home = temporaryFolder();
  const bundle = join(home, "bundle");
  await publishRandomBundle(bundle, { ...SIZES, seed: 1 });
  const users = join(home, "users.json");
  writeFileSync(users, JSON.stringify({ ada: { password: "sesame", listener: "l1" } }));
  const segue = await startSegue({ home, bundle });
  const to = ["--to", segue.address];
  const adapter = await startChild("opensubsonic", ["--users", users, "--port", "0", ...to]);
  try {
    const port = /\d+$/.exec(adapter.detail)![0];
    const token = createHash("md5").update("sesamec19b2d").digest("hex");
    const ask = async (call: string) => {
      const [name, parameters] = call.split("?");
      const who = `u=ada&t=${token}&s=c19b2d&v=1.16.1&c=DSub&f=json`;
      const reply = await fetch(`http://127.0.0.1:${port}/rest/${name}.view?${who}&${parameters}`);
      const { "subsonic-response": content } = JSON.parse(await reply.text());
      return content;
    };
    const { similarSongs2 } = await ask("getSimilarSongs2?id=track-7&count=5");
    assert.equal(similarSongs2.song.length, 5);
    assert.equal((await ask("getSimilarSongs2?id=nothing")).error.code, 70);
    assert.equal((await ask("scrobble?id=nothing")).error.code, 70);
    assert.equal((await ask("scrobble?id=track-3&submission=true")).status, "ok");
    const record = await heardOf(segue.client.getListener);
    assert.deepEqual(
      record.map(({ track }) => track),
      ["track-3"],
    );
  } finally {
    await adapter.stop();
    await segue.stop();
  }
});

/** The events of listener l1, once there are some. */
async function heardOf(getListener: (listener: string) => Promise<{ recent: Recent[] }>) {
  for (;;) {
    const { recent } = await getListener("l1");
    if (recent.length > 0) return recent;
  }
}

interface Recent {
  readonly track: string;
}
