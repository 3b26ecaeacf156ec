import { cp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildClient } from "../../clients/typescript/build.ts";
import { fetched, PACKAGE_CACHE, pythonPackages, run } from "./fetched-packages.ts";

/** A player's backend of `examples/`, with stubs, ready to run. */
export interface ExamplePlayer {
  /** Its output for the options `--address HOST:PORT --listener ID`. */
  run(options: readonly string[]): Promise<string>;
}

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "examples");
const CLIENT = join(ROOT, "clients/typescript");

/** Installs our client for Node in `folder` and copies the player in TypeScript beside it. */
export async function typescriptPlayer(folder: string): Promise<ExamplePlayer> {
  const client = join(folder, "node_modules/segue-client");
  buildClient(join(client, "dist"));
  await cp(join(CLIENT, "package.json"), join(client, "package.json"));
  for (const scope of ["@grpc", "@bufbuild", "@types"]) {
    await symlink(join(ROOT, "node_modules", scope), join(folder, "node_modules", scope));
  }
  for (const name of ["player.ts", "package.json"]) {
    await cp(join(EXAMPLES, "typescript", name), join(folder, name));
  }
  const compilerOptions = { module: "nodenext", strict: true, noEmit: true, types: ["node"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]);
  return { run: (options) => run(process.execPath, [join(folder, "player.ts"), ...options]) };
}

/** Makes the stubs of the Python player in `folder`. Throws `dependency_missing` where there is no
 *  Python or pip gets no packages. */
export async function pythonPlayer(folder: string): Promise<ExamplePlayer> {
  const list = await readFile(join(EXAMPLES, "python/requirements.txt"), "utf8");
  const packages = await pythonPackages(list);
  const environment = { PYTHONPATH: `${packages}:${folder}`, PYTHONDONTWRITEBYTECODE: "1" };
  const python = (args: readonly string[]) => run("python3", args, { environment });
  const contracts = (await readdir(join(ROOT, "proto/segue/v1"))).map((name) => `segue/v1/${name}`);
  const made = [`--python_out=${folder}`, `--grpc_python_out=${folder}`];
  await python(["-m", "grpc_tools.protoc", "-I", join(ROOT, "proto"), ...made, ...contracts]);
  return { run: (options) => python([join(EXAMPLES, "python/player.py"), ...options]) };
}

/** Makes the stubs of the Go player in `folder` and compiles it there. Throws `dependency_missing`
 *  where there is no Go or its modules cannot be fetched. */
export function goPlayer(folder: string): Promise<ExamplePlayer> {
  return goProgram(folder, ".");
}

/** The same of the producer in Go, whose options are `--brokers`, `--topic`, `--listener` and
 *  `--track`. */
export function goProducer(folder: string): Promise<ExamplePlayer> {
  return goProgram(folder, "./producer");
}

async function goProgram(folder: string, program: string): Promise<ExamplePlayer> {
  for (const name of ["main.go", "producer", "go.mod", "go.sum", "buf.gen.yaml"]) {
    await cp(join(EXAMPLES, "go", name), join(folder, name), { recursive: true });
  }
  const environment = {
    GOCACHE: join(PACKAGE_CACHE, "go/compiled"),
    GOMODCACHE: join(PACKAGE_CACHE, "go/modules"),
    // Go writes modules read-only, and the folder could not be removed.
    GOFLAGS: `${process.env.GOFLAGS ?? ""} -modcacherw`.trim(),
    CGO_ENABLED: "0",
  };
  const how = { environment, folder };
  const { Require: modules } = JSON.parse(await run("go", ["mod", "edit", "-json"], how));
  const paths = modules.map(({ Path }: { readonly Path: string }) => Path);
  await fetched("go", ["mod", "download", ...paths], how);
  await run(join(ROOT, "node_modules/.bin/buf"), ["generate", ROOT], how);
  await run("go", ["build", "-o", "program", program], how);
  return { run: (options) => run(join(folder, "program"), options, how) };
}
