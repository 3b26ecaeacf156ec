import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { unknownMetrics } from "../../test/support/metric-names.ts";
import { hasPrometheus, promtool } from "../../test/support/prometheus.ts";

const HERE = import.meta.dirname;
const RULES = join(HERE, "alerts.yaml");
const UNIT_TESTS = join(HERE, "alerts.test.yaml");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const rules: readonly Rule[] = parse(readFileSync(RULES, "utf8")).groups[0].rules;

test("promtool takes the configuration and the rules, and every rule's unit tests pass", (t) => {
  if (!hasPrometheus()) return t.skip("Prometheus is not installed");
  for (const args of [
    ["check", "config", join(HERE, "prometheus.yaml")],
    ["check", "rules", "--lint=all", "--lint-fatal", RULES],
    ["test", "rules", UNIT_TESTS],
  ]) {
    const { ok, output } = promtool(args);
    assert.ok(ok, output);
  }
});

test("every alert has a unit test in which it fires", () => {
  const tested = readFileSync(UNIT_TESTS, "utf8");
  assert.deepEqual(
    rules.map(({ alert }) => alert).filter((alert) => !tested.includes(alert)),
    [],
  );
});

test("every alert asks for metrics that there are, and says how grave it is and what to do", () => {
  for (const { alert, expr, labels, annotations } of rules) {
    assert.deepEqual(unknownMetrics(expr), [], alert);
    assert.ok(["warning", "critical"].includes(labels.severity), alert);
    assert.ok(annotations.summary && annotations.action, alert);
  }
});
