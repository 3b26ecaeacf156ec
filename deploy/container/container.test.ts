import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join } from "node:path";
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

/** How the last stage takes what the page's stage has built. */
const BUILT_PAGE = "--from=page /app/";

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
  const copied = argumentsOf(lastStage(), "COPY").map((one) => one.replace(BUILT_PAGE, ""));
  const own = copied.filter((one) => !one.startsWith("--"));
  const sources = own.map((one) => one.split(" ")[0]!).filter((one) => !one.includes("."));
  assert.deepEqual(sources.sort(), [...CODE].sort());
  for (const source of sources) assert.ok(existsSync(join(ROOT, source)), source);
  const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  for (const path of [...CODE, "package.json", "package-lock.json", "tsconfig.json"]) {
    assert.ok(ignored.includes(`!${path}`), path);
  }
  assert.ok(ignored.includes("**/*.test.ts"));
});

test("the image's code imports what the image holds, of its files and of its packages", () => {
  const folder = temporaryFolder();
  layOut(lastStage(), folder);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  let imports = 0;
  for (const { file, name } of importsUnder(folder)) {
    imports += 1;
    if (name.startsWith(".")) assert.ok(existsSync(join(dirname(file), name)), `${file}: ${name}`);
    else if (!isBuiltin(name)) assert.ok(packageOf(name) in dependencies, `${file}: ${name}`);
  }
  assert.ok(imports > 1000, `${imports} imports were found`);
});

test("the page builds from what its stage copies, and nothing builds it anew", () => {
  const folder = temporaryFolder();
  const stage = stageNamed("page");
  layOut(stage, folder);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const built = argumentsOf(stage, "RUN").find((one) => one.includes("build-page"))!;
  assert.match(built, /^node console\/build-page\.ts && rm -rf console\/page$/);
  const program = join(folder, "console/build-page.ts");
  for (const args of [[], ["--if-stale"]]) {
    const done = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    rmSync(join(folder, "console/page"), { recursive: true, force: true });
  }
  assert.ok(existsSync(join(folder, "console/page-built/index.html")));
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

interface Import {
  readonly file: string;
  readonly name: string;
}

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

function lastStage(): Instruction[] {
  const instructions = dockerInstructions();
  return instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
}

function stageNamed(name: string): Instruction[] {
  const instructions = dockerInstructions();
  const start = instructions.findIndex(({ argument }) => argument.endsWith(` AS ${name}`));
  const end = instructions.findIndex((one, at) => at > start && one.name === "FROM");
  return instructions.slice(start, end);
}

/** Copies what a stage copies from the repository, as `.dockerignore` leaves it. What comes of the
 *  stage of packages is left out. */
function layOut(stage: readonly Instruction[], folder: string): void {
  for (const argument of argumentsOf(stage, "COPY")) {
    const words = argument.replace(BUILT_PAGE, "").split(" ");
    if (words[0]!.startsWith("--")) continue;
    const target = join(folder, words.pop()!);
    for (const source of words) {
      const into = statSync(join(ROOT, source)).isFile() ? join(target, source) : target;
      cpSync(join(ROOT, source), into, { recursive: true, filter: isSent });
    }
  }
}

function isSent(path: string): boolean {
  return !/\.(test|fixture|contract)\.ts$/.test(path) && basename(path) !== "page-built";
}

/** The imports of the code that runs: the page and the kernels are built before. */
function* importsUnder(folder: string): Generator<Import> {
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts") || BUILT_BEFORE.test(path)) continue;
    const file = join(folder, path);
    for (const [, name, beside] of readFileSync(file, "utf8").matchAll(IMPORTED)) {
      yield { file, name: name ?? `./${beside}` };
    }
  }
}

const BUILT_BEFORE = /^console\/(page\/|build-page)|^scorer\/kernels\/(build\.|.*\.as\.ts)/;

/** `from "…"`, `import("…")`, and the address of a file that another thread or process runs. */
const IMPORTED =
  /(?:^(?:import|export|\}) .*from |^import |import\()"([^"\n]+)"|new URL\("([^"\n]+)", import/gm;

function packageOf(name: string): string {
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}

function argumentsOf(instructions: readonly Instruction[], name: string): string[] {
  return instructions.filter((one) => one.name === name).map(({ argument }) => argument);
}
