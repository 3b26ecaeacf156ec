import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { chainedPlays, writeTestLog } from "../../test/support/played-logs.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { seededRandom } from "../random.ts";

const FIXTURE = fileURLToPath(new URL("./training-process.fixture.ts", import.meta.url));
const KILLS = 5;

test("a training that is killed five times ends in the same bundle as undisturbed", async () => {
  const logFolder = await writeTestLog(chainedPlays(600, 1));
  const undisturbed = await runTraining(logFolder, join(temporaryFolder(), "bundle"), 0);
  const random = seededRandom(11, "kills");
  const outFolder = join(temporaryFolder(), "bundle");
  let resumed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await runTraining(logFolder, outFolder, 0.01, 6 + Math.floor(random() * 10));
    assert.ok(!lines.some(isBundle), "it was killed before its end");
    assert.ok(!existsSync(join(outFolder, "manifest.json")));
    resumed += lines.filter((line) => line.includes("goes on")).length;
  }
  const lines = await runTraining(logFolder, outFolder, 0.01);
  assert.ok(resumed >= KILLS, `it went on ${resumed} times`);
  assert.ok(
    lines.length < undisturbed.length,
    "what was learned before a kill is not learned anew",
  );
  assert.equal(lines.find(isBundle), undisturbed.find(isBundle));
  assert.ok(!existsSync(`${outFolder}.training`), "checkpoints are gone once the bundle is out");
});

function isBundle(line: string): boolean {
  return line.startsWith("bundle ");
}

/** Runs a training and returns its lines; it is killed after `linesMax` of them. */
async function runTraining(
  logFolder: string,
  outFolder: string,
  checkpointSeconds: number,
  linesMax = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const child = spawn(process.execPath, [FIXTURE, logFolder, outFolder, `${checkpointSeconds}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (lines.length >= linesMax) child.kill("SIGKILL");
    else lines.push(line);
  }
  return lines;
}
