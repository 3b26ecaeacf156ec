import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { typeErrors } from "../../test/support/type-errors.ts";
import { chartMark, hasHelm, RENDERINGS, render, renderedPath } from "./render.ts";

/** Where each kind's type is published; those of Prometheus's operator are not. */
const MODULES: Readonly<Record<string, string>> = {
  StatefulSet: "kubernetes-types/apps/v1.js",
  Service: "kubernetes-types/core/v1.js",
  PodDisruptionBudget: "kubernetes-types/policy/v1.js",
  HorizontalPodAutoscaler: "kubernetes-types/autoscaling/v2.js",
  NetworkPolicy: "kubernetes-types/networking/v1.js",
};

// biome-ignore lint/suspicious/noExplicitAny: what YAML holds is what is tested.
type Manifest = any;

function manifests(name: string): Manifest[] {
  const text = readFileSync(renderedPath(name), "utf8");
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((manifest) => manifest !== null);
}

test("the renderings that are kept are of this chart", () => {
  for (const name of Object.keys(RENDERINGS)) {
    const kept = readFileSync(renderedPath(name), "utf8");
    assert.ok(kept.startsWith(chartMark()), "run node deploy/helm/render.ts where Helm is");
    if (hasHelm()) assert.equal(kept, render(name));
    else process.stderr.write("NOT TESTED: Helm is not installed, renderings are as kept\n");
  }
});

test("every manifest has the type that Kubernetes publishes, and no name besides", () => {
  const all = Object.keys(RENDERINGS).flatMap(manifests);
  const typed = all.filter(({ kind }) => MODULES[kind] !== undefined);
  const values = typed.map((value) => ({ value, type: value.kind, module: MODULES[value.kind]! }));
  const wrong = { ...values[0]!, value: { kind: values[0]!.type, spec: { prots: [] } } };
  const [found, ...errors] = typeErrors([wrong, ...values]);
  assert.match(found!.join(), /'"prots"' does not exist/);
  assert.deepEqual(errors.flat(), []);
  const others = all.map(({ kind }) => kind).filter((kind) => MODULES[kind] === undefined);
  assert.deepEqual(others.sort(), ["PrometheusRule", "ServiceMonitor"]);
});

test("pods cannot write but to their volumes, gain rights, or be taken for each other", () => {
  for (const name of Object.keys(RENDERINGS)) {
    const { spec } = manifests(name).find(({ kind }) => kind === "StatefulSet").spec.template;
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.deepEqual(
      [spec.shareProcessNamespace, spec.enableServiceLinks, spec.automountServiceAccountToken],
      [true, false, false],
    );
    for (const { securityContext, livenessProbe, startupProbe, resources } of spec.containers) {
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(securityContext.capabilities.drop, ["ALL"]);
      assert.ok(livenessProbe && startupProbe && resources.requests && resources.limits);
    }
  }
});

test("services, budget, policy and monitors choose the pods that there are", () => {
  const all = manifests("every-part");
  const { labels } = all.find(({ kind }) => kind === "StatefulSet").spec.template.metadata;
  const hosts = all.find(({ metadata }) => metadata.name.endsWith("-hosts")).metadata.labels;
  const matches = (wanted: object, given: Record<string, string>) =>
    Object.entries(wanted).every(([name, value]) => given[name] === value);
  for (const { kind, spec } of all) {
    if (kind === "Service") assert.ok(matches(spec.selector, labels));
    if (kind === "PodDisruptionBudget") assert.ok(matches(spec.selector.matchLabels, labels));
    if (kind === "NetworkPolicy") assert.ok(matches(spec.podSelector.matchLabels, labels));
    if (kind === "ServiceMonitor") assert.ok(matches(spec.selector.matchLabels, hosts));
  }
});

test("the chart's alert rules are those that promtool holds", () => {
  const [chart, tested] = ["segue/alerts.yaml", "../prometheus/alerts.yaml"].map((path) =>
    readFileSync(join(import.meta.dirname, path), "utf8"),
  );
  assert.equal(chart, tested);
  const rule = manifests("every-part").find(({ kind }) => kind === "PrometheusRule");
  assert.deepEqual(rule.spec, parse(tested!));
});
