import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
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
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await runTraining(logFolder, outFolder, 0.01, {
      linesLater: 6 + Math.floor(random() * 10),
      // The first one leaves something to go on with, and each of the others goes on.
      isReady: kill === 0 ? () => hasCheckpoint(outFolder) : goesOn,
    });
    assert.ok(!lines.some(isBundle), "it was killed before its end");
    assert.ok(!existsSync(join(outFolder, "manifest.json")));
  }
  const lines = await runTraining(logFolder, outFolder, 0.01);
  assert.ok(goesOn(lines));
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

function goesOn(lines: readonly string[]): boolean {
  return lines.some((line) => line.includes("goes on"));
}

function hasCheckpoint(outFolder: string): boolean {
  const folder = `${outFolder}.training`;
  return existsSync(folder) && readdirSync(folder).some((name) => !name.endsWith(".new"));
}

interface Killing {
  readonly linesLater: number;
  isReady(lines: readonly string[]): boolean;
}

/** Runs a training and returns its lines; it is killed so many lines after it is ready for it. */
async function runTraining(
  logFolder: string,
  outFolder: string,
  checkpointSeconds: number,
  killing?: Killing,
): Promise<string[]> {
  const child = spawn(process.execPath, [FIXTURE, logFolder, outFolder, `${checkpointSeconds}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let killAt = Number.POSITIVE_INFINITY;
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const isWaiting = killing !== undefined && killAt === Number.POSITIVE_INFINITY;
    if (isWaiting && killing.isReady(lines)) killAt = lines.length + killing.linesLater;
    if (lines.length >= killAt) child.kill("SIGKILL");
  }
  return lines;
}
