import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { letHelpersGoLast } from "./let-others-go-first.ts";

const OTHERS_FIRST = new URL("./let-others-go-first.ts", import.meta.url).href;
const onLinux = process.platform === "linux";

test("V8's helpers get a lower priority, and the thread that runs code keeps its own", {
  skip: !onLinux && "threads have priorities of their own on Linux alone",
}, () => {
  const before = getPriority();
  letHelpersGoLast();
  const helpers = readdirSync("/proc/self/task").filter((thread) => {
    return readFileSync(`/proc/self/task/${thread}/comm`, "latin1") === "V8Worker\n";
  });
  assert.ok(helpers.length > 0);
  for (const helper of helpers) {
    assert.equal(getPriority(Number(helper)), constants.priority.PRIORITY_BELOW_NORMAL);
  }
  assert.equal(getPriority(), before);
});

test("a thread that lets others go first leaves the others' priority alone", {
  skip: !onLinux && "threads have priorities of their own on Linux alone",
}, async () => {
  const before = getPriority();
  const code = `import(${JSON.stringify(OTHERS_FIRST)}).then(async ({ letOthersGoFirst }) => {
    letOthersGoFirst();
    const { readlinkSync } = await import("node:fs");
    const { getPriority } = await import("node:os");
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    require("node:worker_threads").parentPort.postMessage(getPriority(thread));
  })`;
  const thread = new Worker(code, { eval: true });
  const [priority] = await new Promise<number[]>((resolve, reject) => {
    thread.once("message", (message: number) => resolve([message]));
    thread.once("error", reject);
  });
  assert.equal(priority, constants.priority.PRIORITY_BELOW_NORMAL);
  assert.equal(getPriority(), before);
});
