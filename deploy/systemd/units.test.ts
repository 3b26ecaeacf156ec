import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const HERE = import.meta.dirname;
const UNITS = ["segue-ingest.service", "segue-serve.service"];

test("units run as a user of their own, can write to their state alone, and start again", () => {
  for (const unit of UNITS) {
    const lines = readFileSync(join(HERE, unit), "utf8").split("\n");
    for (const line of ["User=segue", "Restart=always", "ProtectSystem=strict"]) {
      assert.ok(lines.includes(line), `${unit}: ${line}`);
    }
  }
});

test("systemd itself takes the units", (t) => {
  const paths = UNITS.map((unit) => join(HERE, unit));
  const done = spawnSync("systemd-analyze", ["verify", ...paths], { encoding: "utf8" });
  if (done.error !== undefined) return t.skip("systemd is not installed");
  // That neither program nor user is on this machine is no fault of the units.
  const faults = done.stderr.split("\n").filter((line) => !/^$|is not executable/.test(line));
  assert.deepEqual(faults, []);
});
