import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import type { Offset } from "../domain/ids.ts";
import { collectingReader, until } from "./collecting-reader.ts";
import { closeAll, closedAfter, everything, newTopic, numbered } from "./contract-records.ts";
import { openEmbeddedLog } from "./embedded-log.ts";
import { eventLogContract } from "./event-log.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "embedded-log-"));
after(async () => {
  await closeAll();
  rmSync(folder, { recursive: true });
});
const open = async (topic: string, partitions: number) =>
  closedAfter(await openEmbeddedLog({ folder, topic, partitions, onNotice: () => undefined }));

eventLogContract({
  open,
  async truncateBefore(topic, { partition, offset }) {
    const log = await open(topic, 1);
    await log.truncateBefore(partition, offset);
    await log.close();
  },
});

test("killed appenders leave a readable log with all that they were told is there", async () => {
  const topic = newTopic();
  const acknowledged: string[] = [];
  for (const round of ["a", "b", "c"]) {
    const appenders = [1, 2].map((number) => {
      const child = start("append", topic, `${round}${number}`);
      const lines: string[] = [];
      createInterface({ input: child.stdout! }).on("line", (line) => lines.push(line));
      return { child, lines };
    });
    await until(() => appenders.every(({ lines }) => lines.length > 20), "both appended");
    await Promise.all(appenders.map(({ child }) => killed(child)));
    for (const { lines } of appenders) acknowledged.push(...lines);
  }
  const log = await open(topic, 2);
  const found = (await everything(log)).map(({ value }) => Buffer.from(value!).toString());
  assert.equal(new Set(found).size, found.length);
  const missing = acknowledged.filter((value) => !found.includes(value));
  assert.deepEqual(missing, []);
  await log.append(numbered(3));
  assert.equal((await everything(log)).length, found.length + 3);
  await log.close();
});

test("a group whose owner is killed is free at once", async () => {
  const topic = newTopic();
  const owner = start("own", topic, "group");
  const lines: string[] = [];
  createInterface({ input: owner.stdout! }).on("line", (line) => lines.push(line));
  await until(() => lines.includes("owns"), "the other process owns the group");
  const log = await open(topic, 2);
  const reader = collectingReader(0 as Offset);
  const standBy = await log.subscribe("group", reader);
  await log.append(numbered(10));
  assert.deepEqual(standBy.assigned(), []);
  await killed(owner);
  await until(() => reader.records.length === 10, "the stand-by took over");
  await log.close();
});

function start(task: "append" | "own", topic: string, name: string): ChildProcess {
  const fixture = join(import.meta.dirname, "log-process.fixture.ts");
  return spawn(process.execPath, [fixture, task, folder, topic, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
