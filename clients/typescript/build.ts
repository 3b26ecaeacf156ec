import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PACKAGE = import.meta.dirname;
const ROOT = join(PACKAGE, "../..");
const MODULES = join(ROOT, "node_modules");

/** What the generated code is made with beside the options of the repository's own: without JSON,
 *  which nobody calls here and which is most of it. */
const TEMPLATE = {
  version: "v2",
  plugins: [
    {
      local: "protoc-gen-ts_proto",
      out: "proto/gen",
      opt: [
        "outputServices=grpc-js",
        "env=node",
        "esModuleInterop=true",
        "enumsAsLiterals=true",
        "importSuffix=.ts",
        "forceLong=number",
        "useExactTypes=false",
        "outputJsonMethods=false",
        "unrecognizedEnum=true",
      ],
    },
  ],
};

const COMPILER_OPTIONS = {
  target: "es2023",
  module: "nodenext",
  lib: ["es2024"],
  types: ["node"],
  strict: true,
  declaration: true,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  rootDir: ".",
};

/** Compiles the client and its own copy of the contracts into `folder`. They are laid out as in the
 *  repository, so that the same imports hold before and after. */
export function buildClient(folder: string): void {
  const staging = mkdtempSync(join(tmpdir(), "segue-client-"));
  try {
    symlinkSync(MODULES, join(staging, "node_modules"));
    cpSync(join(PACKAGE, "src"), join(staging, "clients/typescript/src"), {
      recursive: true,
      filter: (path) => !path.endsWith(".test.ts"),
    });
    cpSync(join(PACKAGE, "package.json"), join(staging, "package.json"));
    const template = JSON.stringify(TEMPLATE);
    run(
      "buf",
      ["generate", ROOT, "--template", template, "--path", join(ROOT, "proto/segue")],
      staging,
    );
    const config = {
      compilerOptions: { ...COMPILER_OPTIONS, outDir: resolve(folder) },
      include: ["clients"],
    };
    writeFileSync(join(staging, "tsconfig.json"), JSON.stringify(config));
    rmSync(folder, { recursive: true, force: true });
    run("tsc", ["-p", "."], staging);
  } finally {
    rmSync(staging, { recursive: true });
  }
}

/** Runs a program of the repository's packages; throws with what it said where it fails. */
function run(name: string, args: readonly string[], cwd: string): void {
  const bin = join(MODULES, ".bin");
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync(join(bin, name), args, {
    cwd,
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${name} failed: ${stdout}${stderr}`);
}

if (import.meta.main) buildClient(process.argv[2] ?? "dist");
