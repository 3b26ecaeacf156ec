import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { LoadFigures } from "../cli/load/load-report.ts";
import { publishRandomBundle } from "./fixtures/random-bundle.ts";
import { type RunningSegue, startSegue } from "./support/running-segue.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const SEGUE = join(import.meta.dirname, "../cli/segue.ts");
const SIZES = { tracks: 200, dimension: 8, hidden: 8, features: ["kind"] } as const;
const EVENTS = 40;

const folder = temporaryFolder();
let running: RunningSegue;
before(async () => {
  const bundle = join(folder, "bundle");
  await publishRandomBundle(bundle, { ...SIZES, features: [...SIZES.features], seed: 1 });
  running = await startSegue({ home: join(folder, "home"), bundle });
});
after(() => running.stop());

test("a load asks as often as it says, and counts from due and from sent", async () => {
  const out = join(folder, "load.html");
  const { code, said, error } = await segueLoad("--rate", "40", "--out", out);
  assert.equal(code, 0, error);
  const { stages, knee, objective } = JSON.parse(said) as LoadFigures;
  const [stage, ...more] = stages;
  assert.deepEqual([stage!.jobs, stage!.failed, stage!.dropped, more], [40, 0, 0, []]);
  assert.deepEqual([knee, objective], [null, null]);
  const [due, sent] = [stage!.percentiles_ms, stage!.sent_percentiles_ms];
  for (const name of ["p50", "p99"]) {
    assert.ok(0 < sent[name]! && sent[name]! <= due[name]!, `${name}: ${said}`);
  }
  assert.match(readFileSync(out, "utf8"), /from when a job was due/);
});

test("an objective that is missed ends the load with 1 and is named", async () => {
  const { code, said, error } = await segueLoad("--rate", "20", "--objective", "p50=0.001ms");
  assert.equal(code, 1);
  assert.match(error, /the objective p50=0\.001ms was missed/);
  assert.equal((JSON.parse(said) as LoadFigures).objective?.met, false);
});

test("a log's events are published before their listeners ask", async () => {
  const log = join(folder, "log");
  const rows = Array.from({ length: EVENTS }, (_, at) => `${at % 4}\ttrack-${at}`);
  const table = join(folder, "sessions.tsv");
  writeFileSync(table, `session\ttrack\n${rows.join("\n")}\n`);
  const imported = await segue("import", "sessions-tsv", table, "--out", log);
  assert.equal(imported.code, 0, imported.error);
  const publish = ["--publish", `grpc://${running.address}`];
  const { code, error } = await segueLoad("--log", log, "--rate", String(EVENTS), ...publish);
  assert.equal(code, 0, error);
  const { known, eventsStepped } = await heard("s3");
  assert.deepEqual([known, eventsStepped], [true, EVENTS / 4]);
});

test("calls that are refused count as failed, and a scorer that is away is named", async () => {
  const { code, said } = await segueLoad("--rate", "20", "--k", "0");
  const [stage] = (JSON.parse(said) as LoadFigures).stages;
  assert.deepEqual([code, stage!.failed, stage!.jobs], [0, 20, 20]);
  const away = await segue("load", "--to", "127.0.0.1:1");
  assert.equal(away.code, 4);
  assert.match(away.error, /no scorer answers at 127\.0\.0\.1:1/);
});

/** What is known of a listener once ingest has heard all that was published. */
async function heard(listener: string) {
  const untilMs = performance.now() + 10_000;
  for (;;) {
    const found = await running.client.getListener(listener);
    if (found.eventsStepped === EVENTS / 4 || performance.now() > untilMs) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function segueLoad(...args: string[]) {
  const short = ["--seconds", "1", "--warm-seconds", "0"];
  return segue("load", "--to", running.address, ...short, "--json", ...args);
}

async function segue(...args: string[]) {
  const child = spawn(process.execPath, [SEGUE, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [said, error] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: child.exitCode, said, error };
}
