import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SEGUE = fileURLToPath(new URL("../cli/segue.ts", import.meta.url));

function segue(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SEGUE, ...args]);
  return { code: status, out: String(stdout), error: String(stderr) };
}

test("every command helps, and the names stay", () => {
  const { code, out } = segue("--help");
  assert.equal(code, 0);
  const names = ["simulate", "import", "train", "evaluate", "serve", "ingest", "dev", "replay"];
  const more = ["tune", "compress", "recommend", "inspect", "start", "doctor", "dlq"];
  for (const name of [...names, ...more]) {
    assert.match(out, new RegExp(`^  ${name} `, "m"));
    assert.equal(segue(name, "--help").code, 0, name);
  }
});

test("exit codes tell usage, configuration, missing dependencies and failures apart", () => {
  const folder = temporaryFolder();
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ short: { epochz: 3 } }));
  assert.equal(segue("sing").code, 2);
  assert.equal(segue("train").code, 2);
  assert.equal(segue("inspect", "log-folder", folder).code, 1);
  const wrong = segue("train", "--log", folder, "--out", join(folder, "b"), "--config", config);
  assert.deepEqual([wrong.code, wrong.error.includes("short.epochz")], [3, true]);
  const tuned = ["tune", "--log", folder, "--out", join(folder, "t"), "--minutes", "1"];
  const space = segue(...tuned, "--space", config);
  assert.deepEqual([space.code, space.error.includes("short cannot be searched")], [3, true]);
  const alone = segue("recommend", "--listener", "l", "--to", "127.0.0.1:1");
  assert.deepEqual([alone.code, alone.error.includes("no scorer answers")], [4, true]);
});

test("what is mistyped is told with what was meant, and what is missing with what there is", () => {
  const folder = temporaryFolder();
  assert.match(segue("trian").error, /no command "trian"; did you mean "train"\?/);
  const plays = join(folder, "plays.csv");
  writeFileSync(plays, "user,song,ts\nada,t1,1780000000\n");
  const into = ["--map", "listener=usr,track=song,time_s=ts", "--out", join(folder, "log")];
  const { code, error } = segue("import", "csv", plays, ...into);
  assert.equal(code, 1);
  assert.match(error, /no column "usr"; the columns are user, song, ts/);
  assert.match(segue("import", "csv", `${plays}.gone`, ...into).error, /there is no file .*gone/);
});

test("a world is simulated, tuned for, learned, measured and shown by the commands alone", () => {
  const folder = temporaryFolder();
  const place = (name: string) => join(folder, name);
  const [world, bundle, config] = [place("world"), place("bundle"), place("config.json")];
  const size = ["--listeners", "20", "--tracks", "120", "--days", "4", "--seed", "7"];
  const simulated = segue("simulate", ...size, "--out", world);
  assert.equal(simulated.code, 0, simulated.error);
  assert.equal(JSON.parse(simulated.out).listeners, 20);
  const model = { epochs: 1, hidden: 16, dimension: 16 };
  writeFileSync(config, JSON.stringify({ refit: false, short: model, long: model }));
  const space = place("space.json");
  writeFileSync(space, JSON.stringify({ "short.learningRate": { values: [0.12, 0.2] } }));
  const search = ["--minutes", "60", "--space", space, "--config", config, "--json"];
  const tuned = segue("tune", "--log", world, "--out", place("tuning"), ...search);
  assert.equal(tuned.code, 0, tuned.error);
  const { trials, ended, best_file: best } = JSON.parse(tuned.out);
  assert.deepEqual([trials.length, ended], [2, "space"]);
  const trained = segue("train", "--log", world, "--out", bundle, "--config", best);
  assert.equal(trained.code, 0, trained.error);
  assert.ok(existsSync(join(bundle, "manifest.json")));
  const measured = segue("evaluate", "--bundle", bundle, "--log", world, "--json");
  assert.equal(measured.code, 0, measured.error);
  const { by_source: sources, ...figures } = JSON.parse(measured.out);
  const header = JSON.parse(readFileSync(join(world, "log.json"), "utf8"));
  assert.equal(figures.predictions, header.events - header.sessions);
  for (const name of ["recall@1", "recall@5", "recall@20", "mrr@20"]) {
    const { blend, short, long, neighbours, coplay, popularity } = sources;
    for (const part of [figures, blend, short, long, neighbours, coplay, popularity]) {
      assert.ok(part[name] >= 0 && part[name] <= 1, name);
    }
  }
  assert.equal(JSON.parse(segue("inspect", "bundle", bundle).out).id, figures.bundle_id);
});
