import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../core/domain/failure.ts";
import { renameUnlessThere } from "../../deploy/kafka/jars.ts";

/** A player's backend of `examples/`, with stubs, ready to run. */
export interface ExamplePlayer {
  /** Its output for the options `--address HOST:PORT --listener ID`. */
  run(options: readonly string[]): Promise<string>;
}

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "examples");
/** The folder that git ignores: packages and what was compiled, kept from one run to the next. */
const CACHE = join(ROOT, ".examples");
const FETCH_TIMEOUT_MS = 240_000;
const BUILD_TIMEOUT_MS = 600_000;

/** Makes the stubs of the Python player in `folder`. Throws `dependency_missing` where there is no
 *  Python or pip gets no packages. */
export async function pythonPlayer(folder: string): Promise<ExamplePlayer> {
  const packages = await pythonPackages();
  const environment = { PYTHONPATH: `${packages}:${folder}`, PYTHONDONTWRITEBYTECODE: "1" };
  const python = (args: readonly string[]) => run("python3", args, { environment });
  const contracts = (await readdir(join(ROOT, "proto/segue/v1"))).map((name) => `segue/v1/${name}`);
  const made = [`--python_out=${folder}`, `--grpc_python_out=${folder}`];
  await python(["-m", "grpc_tools.protoc", "-I", join(ROOT, "proto"), ...made, ...contracts]);
  return { run: (options) => python([join(EXAMPLES, "python/player.py"), ...options]) };
}

/** The folder of the packages, fetched once for each version of Python and of their list. */
async function pythonPackages(): Promise<string> {
  const list = join(EXAMPLES, "python/requirements.txt");
  const version = await run("python3", ["-c", "import sys; print(sys.version)"]);
  const hash = createHash("sha256")
    .update(version)
    .update(await readFile(list));
  const packages = join(CACHE, "python", hash.digest("hex").slice(0, 12));
  if (existsSync(packages)) return packages;
  await mkdir(join(CACHE, "python"), { recursive: true });
  const part = await mkdtemp(join(CACHE, "python", "part-"));
  // Without `--only-binary` pip would compile gRPC where it finds no wheel, for many minutes.
  const how = ["--quiet", "--only-binary", ":all:", "--target", part];
  try {
    await fetched("python3", ["-m", "pip", "install", ...how, "-r", list]);
  } catch (failure) {
    await rm(part, { recursive: true });
    throw failure;
  }
  await renameUnlessThere(part, packages);
  return packages;
}

/** Makes the stubs of the Go player in `folder` and compiles it there. Throws `dependency_missing`
 *  where there is no Go or its modules cannot be fetched. */
export async function goPlayer(folder: string): Promise<ExamplePlayer> {
  for (const name of ["main.go", "go.mod", "go.sum", "buf.gen.yaml"]) {
    await cp(join(EXAMPLES, "go", name), join(folder, name));
  }
  const environment = {
    GOCACHE: join(CACHE, "go/compiled"),
    GOMODCACHE: join(CACHE, "go/modules"),
    // Go writes modules read-only, and the folder could not be removed.
    GOFLAGS: `${process.env.GOFLAGS ?? ""} -modcacherw`.trim(),
    CGO_ENABLED: "0",
  };
  const how = { environment, folder };
  const { Require: modules } = JSON.parse(await run("go", ["mod", "edit", "-json"], how));
  const paths = modules.map(({ Path }: { readonly Path: string }) => Path);
  await fetched("go", ["mod", "download", ...paths], how);
  await run(join(ROOT, "node_modules/.bin/buf"), ["generate", ROOT], how);
  await run("go", ["build", "-o", "player", "."], how);
  return { run: (options) => run(join(folder, "player"), options, how) };
}

interface How {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly timeoutMs?: number;
}

async function fetched(program: string, args: readonly string[], how: How = {}): Promise<void> {
  try {
    await run(program, args, { ...how, timeoutMs: FETCH_TIMEOUT_MS });
  } catch (cause) {
    const message = `${program} gets no packages: ${(cause as Error).message.trim()}`;
    throw new Failure("dependency_missing", message, { field: program, cause });
  }
}

/** What the program prints. */
async function run(program: string, args: readonly string[], how: How = {}): Promise<string> {
  const { environment = {}, folder = ROOT, timeoutMs = BUILD_TIMEOUT_MS } = how;
  const env = { ...process.env, ...environment };
  try {
    const options = { cwd: folder, env, timeout: timeoutMs };
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    const message = `${program} is not installed`;
    throw new Failure("dependency_missing", message, { field: program, cause });
  }
}
