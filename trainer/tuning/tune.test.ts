import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Failure } from "../../core/domain/failure.ts";
import { chainedPlays, writeTestLog } from "../../test/support/played-logs.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { parseTrainingConfig } from "../config.ts";
import { seededRandom } from "../random.ts";
import { train } from "../train.ts";
import type { SearchSpace } from "./search-space.ts";
import { type TuningOptions, tune } from "./tune.ts";

const FIXTURE = fileURLToPath(new URL("./tuning-process.fixture.ts", import.meta.url));
const KILLS = 4;

const model = { hidden: 8, dimension: 8, lanes: 8, negatives: 16 };
const settings = {
  validationShare: 0.1,
  refit: false,
  short: { ...model, epochs: 2, learningRate: 0.001 },
  long: { ...model, epochs: 1 },
  neighbours: { enabled: false },
  coplay: { enabled: false },
};
const space: SearchSpace = { "short.learningRate": { values: [0.001, 0.2, 10] } };

async function options(others: Partial<TuningOptions> = {}): Promise<TuningOptions> {
  const logFolder = await writeTestLog(chainedPlays(300, 1));
  const outFolder = join(temporaryFolder(), "tuning");
  return { logFolder, outFolder, space, settings, seed: 1, minutes: 60, atOnce: 2, ...others };
}

test("a search finds the rate that learns, and training takes its file as it is", async () => {
  const asked = await options();
  const { trials, ended, best_file: bestFile } = await tune(asked);
  assert.equal(ended, "space");
  assert.equal(trials.length, 3);
  const best = trials[0]!;
  assert.deepEqual(best.settings, { "short.learningRate": 0.2 });
  assert.deepEqual(best.epochs, { short: 2 });
  const first = trials.find(({ trial }) => trial === 0)!;
  assert.equal(best.gain!.value, best.worth - first.worth);
  assert.ok(best.gain!.value > 0 && best.gain!.interval[0] > 0);
  assert.ok(best.interval[0] <= best.worth && best.worth <= best.interval[1]);
  const diverged = trials.find(({ settings }) => settings["short.learningRate"] === 10)!;
  assert.deepEqual([diverged.diverged, diverged.worth], [true, 0]);
  const written = JSON.parse(readFileSync(bestFile, "utf8"));
  assert.deepEqual(written, { ...settings, short: { ...settings.short, learningRate: 0.2 } });
  const trained = await train({
    logFolder: asked.logFolder,
    outFolder: join(temporaryFolder(), "bundle"),
    config: parseTrainingConfig(written),
    seed: asked.seed,
  });
  const { recall20, mrr20 } = trained.validation.blend!;
  assert.deepEqual([best.recall20, best.mrr20], [recall20, mrr20]);
  assert.deepEqual(readdirSync(join(asked.outFolder, "trainings")), ["shared"]);
});

test("a finished search is told again without learning, another seed's is refused", async () => {
  const asked = await options({ settings: { ...settings, long: { enabled: false } } });
  const found = await tune(asked);
  let words = 0;
  const again = await tune({ ...asked, progress: () => words++ });
  assert.equal(words, 0);
  assert.deepEqual(again.trials, found.trials);
  await assert.rejects(
    tune({ ...asked, seed: 2 }),
    (error) => error instanceof Failure && error.field === "--out",
  );
});

test("a budget too short for a first figure says so, and with more time it goes on", async () => {
  const asked = await options({ space: { "short.lanes": { values: [8] } } });
  await assert.rejects(
    tune({ ...asked, minutes: 1e-9 }),
    (error) => error instanceof Failure && error.field === "--minutes",
  );
  assert.ok(!existsSync(join(asked.outFolder, "best.json")));
  const { trials } = await tune(asked);
  assert.equal(trials.length, 1);
  const over = await tune({ ...asked, minutes: 1e-9 });
  assert.deepEqual(over.trials, trials);
});

test("a search of what no model learns measures it without learning twice", async () => {
  const learned = new Set<string>();
  const { trials } = await tune(
    await options({
      space: { "coplay.enabled": { values: [true, false] } },
      progress: ({ trial, training }) => learned.add(`${trial} ${training.model}`),
    }),
  );
  assert.equal(trials.length, 2);
  assert.deepEqual([...learned].sort(), ["undefined long", "undefined short"]);
  assert.ok(trials.every(({ epochs }) => Object.keys(epochs).length === 0));
});

test("a search that is stopped fails with the reason it was given", async () => {
  const stop = new AbortController();
  const reason = new Error("interrupted");
  const stopping = tune(await options({ signal: stop.signal, progress: () => stop.abort(reason) }));
  await assert.rejects(stopping, reason);
});

test("a search that is killed again and again finds what an undisturbed one finds", async () => {
  const logFolder = await writeTestLog(chainedPlays(300, 1));
  const undisturbed = join(temporaryFolder(), "tuning");
  const whole = await runTuning(logFolder, undisturbed);
  const random = seededRandom(7, "kills");
  const killed = join(temporaryFolder(), "tuning");
  let lines = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const told = await runTuning(logFolder, killed, 4 + Math.floor(random() * 8));
    assert.ok(!told.some((line) => line.startsWith("ended")), "it was killed before its end");
    lines += words(told);
  }
  const last = await runTuning(logFolder, killed);
  assert.equal(last.at(-1), "ended space");
  assert.ok(words(last) < words(whole), "what was learned before the kills is not learned anew");
  assert.ok(lines > 0);
  assert.deepEqual(findings(killed), findings(undisturbed));
});

/** All of a journal but the time that was spent. */
function findings(outFolder: string): unknown[] {
  const lines = readFileSync(join(outFolder, "journal.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => ({ ...JSON.parse(line), spent_seconds: 0 }));
}

/** How many of a search's lines are words of a training's progress. */
function words(lines: readonly string[]): number {
  return lines.filter((line) => / (short|long) \d+ \d+$/.test(line)).length;
}

/** Runs a search and returns its lines; it is killed after `wordsMax` words of progress. */
async function runTuning(
  logFolder: string,
  outFolder: string,
  wordsMax = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const few = JSON.stringify({ "short.learningRate": { values: [0.12, 0.05, 0.2, 0.3] } });
  const child = spawn(process.execPath, [FIXTURE, logFolder, outFolder, few], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (words(lines) >= wordsMax) child.kill("SIGKILL");
    else lines.push(line);
  }
  return lines;
}
