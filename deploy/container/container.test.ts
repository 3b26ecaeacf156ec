import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const DOCKERFILE = join(import.meta.dirname, "Dockerfile");
const COMPOSE = join(ROOT, "deploy/compose/compose.yaml");

/** Folders of code that an image runs. */
const CODE = [
  ...["proto/gen", "clients/typescript/src", "core", "ingest", "opensubsonic", "scorer"],
  ...["trainer", "console", "cli"],
];

test("the image is built in stages, and what runs is no root and has no shell", () => {
  const instructions = dockerInstructions();
  const froms = argumentsOf(instructions, "FROM");
  assert.equal(froms.length, 3);
  for (const from of froms) assert.match(from, /^\S+:\S+/, "an image has a tag");
  const last = instructions.findLastIndex(({ name }) => name === "FROM");
  const running = instructions.slice(last);
  assert.match(running[0]!.argument, /distroless/);
  assert.match(argumentsOf(running, "USER")[0]!, /^[1-9]\d*:[1-9]\d*$/);
  assert.deepEqual([argumentsOf(running, "RUN"), argumentsOf(instructions, "ADD")], [[], []]);
  assert.match(argumentsOf(instructions, "RUN").join(), /npm ci --omit=dev --ignore-scripts/);
});

test("the image holds all code that a command needs, and no test", () => {
  const instructions = dockerInstructions();
  const last = instructions.findLastIndex(({ name }) => name === "FROM");
  const copied = argumentsOf(instructions.slice(last), "COPY").map((one) =>
    one.replace("--from=page /app/", ""),
  );
  const own = copied.filter((one) => !one.startsWith("--"));
  const sources = own.map((one) => one.split(" ")[0]!).filter((one) => !one.includes("."));
  assert.deepEqual(sources.sort(), [...CODE].sort());
  for (const source of sources) assert.ok(existsSync(join(ROOT, source)), source);
  const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  for (const path of [...CODE, "package.json", "package-lock.json"]) {
    assert.ok(ignored.includes(`!${path}`), path);
  }
  assert.ok(ignored.includes("**/*.test.ts"));
});

test("the image holds the built page, and needs nothing to build it anew", () => {
  const built = argumentsOf(dockerInstructions(), "RUN").find((one) => one.includes("build-page"));
  assert.match(built!, /node console\/build-page\.ts && rm -rf console\/page$/);
  const folder = temporaryFolder();
  cpSync(join(ROOT, "console/build-page.ts"), join(folder, "build-page.ts"));
  cpSync(join(ROOT, "console/page-files.ts"), join(folder, "page-files.ts"));
  const program = [join(folder, "build-page.ts"), "--if-stale"];
  const done = spawnSync(process.execPath, program, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
});

test("compose pins its images, opens ports on this machine alone, and mounts what there is", () => {
  const compose = parse(readFileSync(COMPOSE, "utf8"));
  for (const { image, ports = [], volumes = [] } of Object.values<Service>(compose.services)) {
    assert.match(image, /:(?!latest)\S+$/);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    for (const volume of volumes) {
      const [source] = volume.split(":");
      if (source!.startsWith(".")) assert.ok(existsSync(join(ROOT, "deploy/compose", source!)));
      else if (!source!.startsWith("$")) assert.ok(source! in compose.volumes, source);
    }
  }
  assert.equal(compose.services.segue.read_only, true);
});

test("compose itself takes the file", (t) => {
  const env = { ...process.env, BUNDLE_FOLDER: ROOT };
  const args = ["-f", COMPOSE, "config", "--quiet"];
  const done = spawnSync("docker-compose", args, { env, encoding: "utf8" });
  if (done.error !== undefined) return t.skip("docker-compose is not installed");
  assert.equal(done.status, 0, done.stderr);
});

interface Service {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

interface Instruction {
  readonly name: string;
  readonly argument: string;
}

function dockerInstructions(): Instruction[] {
  const text = readFileSync(DOCKERFILE, "utf8").replace(/^#.*\n/gm, "");
  const lines = text.replace(/\\\n\s*/g, "").split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => ({
      name: line.slice(0, line.indexOf(" ")),
      argument: line.slice(line.indexOf(" ") + 1),
    }));
}

function argumentsOf(instructions: readonly Instruction[], name: string): string[] {
  return instructions.filter((one) => one.name === name).map(({ argument }) => argument);
}
