import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { unknownMetrics } from "../../test/support/metric-names.ts";
import { hasPrometheus, promtool } from "../../test/support/prometheus.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { typeErrors } from "../../test/support/type-errors.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string }[];
}

const PATH = join(import.meta.dirname, "segue.json");
const dashboard = JSON.parse(readFileSync(PATH, "utf8"));
const panels: readonly Panel[] = dashboard.panels;
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test("the dashboard has the type that Grafana publishes", () => {
  const schema = { type: "Dashboard", module: "@grafana/schema" };
  const wrong = { ...dashboard, panels: [{ ...panels[1], gridPos: { w: "wide" } }] };
  const [errors, found] = typeErrors([dashboard, wrong].map((value) => ({ value, ...schema })));
  assert.deepEqual(errors, []);
  assert.notDeepEqual(found, []);
});

test("every query asks for metrics that there are, and promtool can parse it", (t) => {
  assert.ok(queries.length > 20);
  for (const query of queries) assert.deepEqual(unknownMetrics(query), [], query);
  if (!hasPrometheus()) return t.skip("Prometheus is not installed");
  const rules = queries.map((query, index) => ({ record: `q${index}`, expr: filled(query) }));
  const file = join(temporaryFolder(), "queries.yaml");
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  const { ok, output } = promtool(["check", "rules", "--lint=none", file]);
  assert.ok(ok, output);
});

test("panels lie beside each other and each has a number of its own", () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const [index, { gridPos: one, title }] of panels.entries()) {
    assert.ok(one.x + one.w <= 24, title);
    for (const { gridPos: other } of panels.slice(index + 1)) {
      const beside = one.x + one.w <= other.x || other.x + other.w <= one.x;
      const above = one.y + one.h <= other.y || other.y + other.h <= one.y;
      assert.ok(beside || above, title);
    }
  }
});

/** A query as Grafana sends it. */
function filled(query: string): string {
  return query.replaceAll("$__rate_interval", "1m").replaceAll("$job", "segue-serve");
}
