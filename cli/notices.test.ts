import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonNotices } from "./notices.ts";

test("a notice is one JSON object on one line, whatever its cause says", () => {
  const lines: string[] = [];
  const now = () => new Date(Date.UTC(2026, 0, 2));
  const { onNotice, info } = jsonNotices("serve", (line) => lines.push(line), now);
  const cause = new Error("first line\nsecond line");
  onNotice({ level: "error", message: "the store cannot be read", cause });
  info("heard", { stepped: 3 });
  assert.ok(lines.every((line) => line.endsWith("}\n") && line.indexOf("\n") === line.length - 1));
  const common = { time: "2026-01-02T00:00:00.000Z", process: "serve" };
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { ...common, level: "error", message: "the store cannot be read", cause: cause.message },
      { ...common, level: "info", message: "heard", detail: { stepped: 3 } },
    ],
  );
});
