import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { publishRandomBundle } from "../../test/fixtures/random-bundle.ts";
import { startSegue } from "../../test/support/running-segue.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { buildClient } from "./build.ts";

const MODULES = join(import.meta.dirname, "../../node_modules");
const PACKED_BYTES_MAX = 50_000;
const SIZES = { tracks: 50, dimension: 8, hidden: 8, features: ["kind"] } as const;
/** What each example of the README prints. */
const SAID = [
  "scorer 5\nthe skip was heard\n",
  "fallback track-7 track-9\n",
  "250 events are in the log\n",
];

const FOLDER = temporaryFolder();
const TARBALL = packedClient(join(FOLDER, "package"));

test("the package has at most 50 kB", () => {
  const { length } = readFileSync(TARBALL);
  assert.ok(length <= PACKED_BYTES_MAX, `${length} bytes`);
});

test("publint finds nothing to improve in the package", async () => {
  const tarball = new Uint8Array(readFileSync(TARBALL)).buffer;
  const { messages } = await publint({ pack: { tarball } });
  assert.deepEqual(messages, []);
});

test("whoever imports the package as ESM gets its types", async () => {
  const bytes = new Uint8Array(readFileSync(TARBALL));
  const checked = await checkPackage(createPackageFromTarballData(bytes));
  assert.ok(checked.types !== false);
  // The package is ESM alone, as it says: `require` of it is for Node to do.
  const problems = checked.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
  assert.deepEqual(problems, []);
});

test("each example of the README compiles, and does what it says on a real server", async () => {
  const examples = readmeExamples();
  assert.equal(examples.length, SAID.length);
  const user = installedFor("user", examples);
  execFileSync(process.execPath, [join(MODULES, "typescript/bin/tsc"), "-p", user]);
  const bundle = join(FOLDER, "bundle");
  await publishRandomBundle(bundle, { ...SIZES, seed: 1 });
  const segue = await startSegue({ home: FOLDER, bundle });
  try {
    const env = { ...process.env, SEGUE_ADDRESS: segue.address };
    for (const [index, said] of SAID.entries()) {
      const file = join(user, `example-${index}.ts`);
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
      assert.equal(stdout, said);
    }
  } finally {
    await segue.stop();
  }
});

/** Builds and packs the client as `npm publish` would; returns the tarball's path. */
function packedClient(folder: string): string {
  buildClient(join(folder, "dist"));
  for (const name of ["package.json", "README.md"]) {
    copyFileSync(join(import.meta.dirname, name), join(folder, name));
  }
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", FOLDER];
  const [{ filename }] = JSON.parse(String(execFileSync("npm", args, { cwd: folder })));
  return join(FOLDER, filename);
}

function readmeExamples(): string[] {
  const text = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => match[1]!);
}

/** A project that has the packed client installed, and one file for each example. */
function installedFor(name: string, examples: readonly string[]): string {
  const folder = join(FOLDER, name);
  const client = join(folder, "node_modules/segue-client");
  mkdirSync(client, { recursive: true });
  execFileSync("tar", ["xzf", TARBALL, "--strip-components=1", "-C", client]);
  for (const scope of ["@grpc", "@bufbuild", "@types"]) {
    symlinkSync(join(MODULES, scope), join(folder, "node_modules", scope));
  }
  const compilerOptions = { module: "nodenext", strict: true, noEmit: true, types: ["node"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, type: "module" }));
  for (const [index, text] of examples.entries()) {
    writeFileSync(join(folder, `example-${index}.ts`), text);
  }
  return folder;
}
