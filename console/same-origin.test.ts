import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalOfRequest } from "./same-origin.ts";

const HOST = "127.0.0.1:7601";

test("a console of this machine is reached by this machine's names alone", () => {
  for (const host of [HOST, "localhost:7601", "[::1]:7601", "localhost"]) {
    assert.equal(refusalOfRequest({ host }, "127.0.0.1"), undefined, host);
  }
  assert.match(refusalOfRequest({ host: "evil.example:7601" }, "127.0.0.1")!, /evil\.example/);
  assert.match(refusalOfRequest({}, "127.0.0.1")!, /no Host/);
  const anyName = refusalOfRequest({ host: "console.example" }, "0.0.0.0");
  assert.equal(
    anyName,
    undefined,
    "a console that was opened to others has whatever name they use",
  );
});

test("pages of another origin are refused, the console's own are not", () => {
  const own = { host: HOST, origin: `http://${HOST}` };
  assert.equal(refusalOfRequest(own, "127.0.0.1"), undefined);
  for (const origin of ["https://evil.example", "http://127.0.0.1:9999", "null"]) {
    assert.match(refusalOfRequest({ host: HOST, origin }, "127.0.0.1")!, /may not call/, origin);
  }
});
