import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DependencyList, strayDependencies } from "./tidy/dependencies.ts";
import {
  deadAnchors,
  deadLinks,
  lostCodeNames,
  lostFileNames,
  machinePaths,
} from "./tidy/documents.ts";
import { circles, climbingImports } from "./tidy/floors.ts";
import { defaultExports, emptyCatches, emptyNames, idleTests, reExports } from "./tidy/shapes.ts";
import { longFiles, longFunctions, longLines } from "./tidy/sizes.ts";
import { readSourceFiles, type SourceFile } from "./tidy/source-file.ts";

const ROOT = join(import.meta.dirname, "..");
const FILES = readSourceFiles(ROOT);

/** Files over 300 lines, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {
  "test/faults/fault-rows.ts": "one table",
};

/** Where each package may be imported; tests may import any. */
const DEPENDENCIES: DependencyList = {
  lmdb: ["core/lmdb/environment.ts", "core/log/embedded-store.ts"],
  kafkajs: ["core/log/kafka-*"],
  "kafkajs-snappy": ["core/log/kafka-codecs.ts"],
  "lz4-napi": ["core/log/kafka-codecs.ts"],
  "onnxruntime-node": ["core/bundle/graph-runner.ts", "trainer/onnx/graph-session.ts"],
  "@bufbuild/protobuf": [
    "console/contracts.ts",
    "console/door.ts",
    "console/openapi/*",
    "core/bundle/check-graph.ts",
    "core/bundle/identity-graph.ts",
    "scorer/contracts/read-contracts.ts",
    "scorer/reply-writer.ts",
    "trainer/onnx/encode-model.ts",
    "trainer/onnx/read-weights.ts",
  ],
  "@grpc/grpc-js": [
    "clients/typescript/src/calls.ts",
    "clients/typescript/src/client-failure.ts",
    "console/in-process-calls.ts",
    "console/local-calls.ts",
    "ingest/gateway.ts",
    "scorer/access/access-interceptor.ts",
    "scorer/access/certificates.ts",
    "scorer/observed-service.ts",
    "scorer/owners/passed-on.ts",
    "scorer/owners/peer-credentials.ts",
    "scorer/owners/peers.ts",
    "scorer/reflection.ts",
    "scorer/serve.ts",
    "scorer/server-stream.ts",
    "scorer/server.ts",
    "scorer/statuses.ts",
    "scorer/unary.ts",
    "cli/log-target.ts",
    "cli/recommender-client.ts",
    "bench/*",
  ],
  "@marcbachmann/cel-js": [
    "scorer/catalogue/filter/compile-filter.ts",
    "scorer/catalogue/filter/parse-filter.ts",
  ],
  "@grpc/reflection": ["scorer/reflection.ts"],
  "@opentelemetry/api": ["cli/traces/*"],
  "@opentelemetry/exporter-trace-otlp-http": ["cli/traces/open-traces.ts"],
  "@opentelemetry/resources": ["cli/traces/open-traces.ts"],
  "@opentelemetry/sdk-trace-base": ["cli/traces/open-traces.ts"],
  jose: ["scorer/access/tokens.ts"],
  hyparquet: ["trainer/import/read-parquet.ts"],
  "prom-client": ["cli/metrics/metrics.ts"],
  "grpc-health-check": ["scorer/server.ts"],
  assemblyscript: ["scorer/kernels/build.ts"],
  "@connectrpc/connect": ["console/door.ts", "console/in-process-calls.ts"],
  "@connectrpc/connect-node": ["console/door.ts"],
  "segue-client": ["examples/typescript/player.ts"],
  vite: ["console/build-page.ts"],
  preact: ["console/page/*"],
  "@fontsource-variable/inter": ["console/page/main.tsx"],
};

test("imports only go down, and ingest and scorer never import each other", () => {
  assert.deepEqual(climbingImports(FILES), []);
  const up = file("core/a.ts", 'import { b } from "../ingest/b.ts";');
  const sideways = file("ingest/a.ts", 'import type { b } from "../scorer/b.ts";');
  const lazily = file("scorer/a.ts", 'await import("../trainer/b.ts");');
  for (const bad of [up, sideways, lazily]) assert.equal(climbingImports([bad]).length, 1);
  const homeless = file("attic/a.ts", 'import { b } from "../core/b.ts";');
  assert.equal(climbingImports([homeless]).length, 1);
  const down = file("cli/a.ts", 'import { b } from "../core/b.ts";');
  assert.deepEqual(climbingImports([down]), []);
});

test("neither files nor folders import each other in a circle", () => {
  assert.deepEqual(circles(FILES), []);
  const two = [
    file("core/a.ts", 'import { b } from "./b.ts";'),
    file("core/b.ts", 'import { a } from "./a.ts";'),
  ];
  assert.deepEqual(circles(two), ["files in a circle: core/a.ts → core/b.ts → core/a.ts"]);
  const across = [
    file("core/x/a.ts", 'import { b } from "../y/b.ts";'),
    file("core/y/c.ts", 'import { d } from "../x/d.ts";'),
  ];
  assert.deepEqual(circles(across), ["folders in a circle: core/x → core/y → core/x"]);
});

test("each package is imported by the files on its list alone", () => {
  assert.deepEqual(strayDependencies(FILES, DEPENDENCIES), []);
  const stray = file("core/a.ts", 'import { open } from "lmdb";');
  assert.equal(strayDependencies([stray], { lmdb: [] }).length, 1);
  assert.equal(strayDependencies([stray], {}).length, 1);
  assert.equal(strayDependencies([stray], { lmdb: ["core/*"], kafkajs: ["core/b.ts"] }).length, 1);
  assert.deepEqual(strayDependencies([stray], { lmdb: ["core/a.ts"] }), []);
});

test("files have at most 300 lines, or a reason", () => {
  assert.deepEqual(longFiles(FILES, LONG_FILES), []);
  const long = file("core/a.ts", "x;\n".repeat(301));
  assert.equal(longFiles([long], {}).length, 1);
  assert.deepEqual(longFiles([long], { "core/a.ts": "a table" }), []);
  assert.equal(longFiles([file("core/a.ts", "x;")], { "core/a.ts": "a table" }).length, 1);
});

test("functions have fewer than 70 lines", () => {
  assert.deepEqual(longFunctions(FILES), []);
  const body = "  x();\n".repeat(68);
  const written = [`function f() {\n${body}}`, `const f = () => {\n${body}};`];
  for (const text of [...written, `class A { m() {\n${body}} }`]) {
    assert.equal(longFunctions([file("core/a.ts", text)]).length, 1);
  }
  const suite = `function f() {\n  test("a", () => {\n${body}  });\n}`;
  assert.equal(longFunctions([file("core/a.test.ts", suite)]).length, 1);
  assert.equal(longFunctions([file("core/a.ts", suite)]).length, 2);
});

test("lines have at most 100 columns", () => {
  assert.deepEqual(longLines(FILES), []);
  const long = file("core/a.ts", `// ${"x".repeat(98)}\n// https://example.org/${"x".repeat(98)}`);
  assert.deepEqual(longLines([long]), ["core/a.ts:1: 101 columns"]);
});

test("no file exports a default or another file's names", () => {
  assert.deepEqual([...defaultExports(FILES), ...reExports(FILES)], []);
  for (const text of ["export default 1;", "export default function f() {}"]) {
    assert.equal(defaultExports([file("core/a.ts", text)]).length, 1);
  }
  for (const text of ['export * from "./b.ts";', 'export { b } from "./b.ts";']) {
    assert.equal(reExports([file("core/a.ts", text)]).length, 1);
  }
});

test("no folder or file is named after nothing", () => {
  assert.deepEqual(emptyNames(FILES), []);
  for (const path of ["core/utils/a.ts", "core/common.ts", "test/helpers/a.ts"]) {
    assert.equal(emptyNames([file(path, "")]).length, 1);
  }
});

test("no failure is swallowed by an empty catch", () => {
  assert.deepEqual(emptyCatches(FILES), []);
  assert.equal(emptyCatches([file("core/a.ts", "try { x(); } catch {}")]).length, 1);
});

test("no test is switched off, alone or empty", () => {
  assert.deepEqual(idleTests(FILES), []);
  for (const text of ['test.skip("a", f);', 'test.only("a", f);', 'test("a", () => {});']) {
    assert.equal(idleTests([file("core/a.test.ts", text)]).length, 1);
  }
});

test("every file that README's journey or a claim of it names exists", () => {
  const paths = new Set(FILES.map(({ path }) => path));
  assert.deepEqual(lostFileNames(readFileSync(join(ROOT, "README.md"), "utf8"), paths), []);
  const journey = "## A play's journey\n`core/a.ts` → `core/b.ts`\n\n## Figures\nsee bench/c.ts";
  assert.equal(lostFileNames(journey, new Set(["core/a.ts"])).length, 2);
  assert.equal(lostFileNames("## A play's journey\nlong ago", new Set()).length, 1);
  assert.equal(lostFileNames("# Segue", new Set()).length, 1);
});

test("every file of code that a document names exists", () => {
  assert.deepEqual(lostCodeNames(FILES), []);
  const lost = file("docs/a.md", "`waves.ts`, `kafka-*.ts`, `core/b.ts` and `a/*.ts`");
  assert.equal(lostCodeNames([lost]).length, 4);
  const there = ["core/state/waves.ts", "core/log/kafka-log.ts", "core/b.ts", "a/c.ts"];
  assert.deepEqual(lostCodeNames([lost, ...there.map((path) => file(path, ""))]), []);
});

test("links between documents lead somewhere", () => {
  assert.deepEqual(
    deadLinks(FILES, (path) => existsSync(join(ROOT, path))),
    [],
  );
  const bad = file("docs/a.md", "[b](b.md), [c](../c.md#d), [e](https://example.org)");
  assert.equal(deadLinks([bad], () => false).length, 2);
});

test("links to a heading find it", () => {
  assert.deepEqual(deadAnchors(FILES), []);
  const target = file("docs/b.md", "# A title: `x`, y\n## Same\n## Same\n```sh\n# no heading\n```");
  const links = (to: string) => deadAnchors([target, file("docs/a.md", `[b](${to})`)]);
  for (const good of ["b.md#a-title-x-y", "b.md#same", "b.md#same-1"]) {
    assert.deepEqual(links(good), []);
  }
  for (const bad of ["b.md#no-heading", "b.md#same-2", "#b"]) assert.equal(links(bad).length, 1);
});

test("no file names a path of one machine", () => {
  assert.deepEqual(machinePaths(FILES), []);
  const bad = file("core/a.ts", `const data = "/${"home"}/ada/data";`);
  assert.equal(machinePaths([bad]).length, 1);
});

function file(path: string, text: string): SourceFile {
  return { path, text };
}
