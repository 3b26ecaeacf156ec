import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { missingPlatformPackages } from "./platform-packages.ts";

test("npm ci can install from the lock: every optional package has its entry", () => {
  const lock = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");
  const missing = Object.keys(missingPlatformPackages(JSON.parse(lock).packages));
  assert.deepEqual(missing, [], "run node deploy/check/complete-lock.ts");
});

test("a package that is left out gets its version and its platform", () => {
  const parent = {
    version: "2.0.0",
    dev: true,
    optionalDependencies: {
      "@tool/binding-linux-x64-musl": "2.0.0",
      "@tool/cli-win32-arm64": "2.0.0",
      "@tool/tool-linux-armv7": "2.0.0",
      "@tool/present": "2.0.0",
    },
  };
  const present = { version: "2.0.0", optional: true };
  const packages = { "node_modules/tool": parent, "node_modules/@tool/present": present };
  const common = { version: "2.0.0", dev: true, optional: true };
  assert.deepEqual(missingPlatformPackages(packages), {
    "node_modules/@tool/binding-linux-x64-musl": {
      ...common,
      os: ["linux"],
      cpu: ["x64"],
      libc: ["musl"],
    },
    "node_modules/@tool/cli-win32-arm64": { ...common, os: ["win32"], cpu: ["arm64"] },
    "node_modules/@tool/tool-linux-armv7": { ...common, os: ["linux"], cpu: ["arm"] },
  });
});

test("an entry beside its parent is an entry", () => {
  const packages = {
    "node_modules/tool": { optionalDependencies: { part: "1.0.0" } },
    "node_modules/tool/node_modules/part": { version: "1.0.0" },
  };
  assert.deepEqual(missingPlatformPackages(packages), {});
});
