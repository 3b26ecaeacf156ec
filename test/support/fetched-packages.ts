import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../core/domain/failure.ts";
import { renameUnlessThere } from "../../deploy/kafka/jars.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The folder that git ignores: packages and what was compiled, kept from one run to the next. */
export const PACKAGE_CACHE = join(ROOT, ".examples");
const FETCH_TIMEOUT_MS = 240_000;
const BUILD_TIMEOUT_MS = 600_000;

/** The folder of the packages that `list` names as a requirements file does, fetched once for each
 *  version of Python and each list. Throws `dependency_missing` where there is no Python or pip
 *  gets no packages. */
export async function pythonPackages(list: string): Promise<string> {
  const version = await run("python3", ["-c", "import sys; print(sys.version)"]);
  const hash = createHash("sha256").update(version).update(list);
  const packages = join(PACKAGE_CACHE, "python", hash.digest("hex").slice(0, 12));
  if (existsSync(packages)) return packages;
  await mkdir(join(PACKAGE_CACHE, "python"), { recursive: true });
  const part = await mkdtemp(join(PACKAGE_CACHE, "python", "part-"));
  const named = join(part, "requirements.txt");
  await writeFile(named, list);
  // Without `--only-binary` pip would compile gRPC where it finds no wheel, for many minutes.
  const how = ["--quiet", "--only-binary", ":all:", "--target", part];
  try {
    await fetched("python3", ["-m", "pip", "install", ...how, "-r", named]);
  } catch (failure) {
    await rm(part, { recursive: true });
    throw failure;
  }
  await renameUnlessThere(part, packages);
  return packages;
}

/** How a program is run. */
export interface How {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly timeoutMs?: number;
}

/** Runs a program that fetches packages. Throws `dependency_missing` where it fails. */
export async function fetched(
  program: string,
  args: readonly string[],
  how: How = {},
): Promise<void> {
  try {
    await run(program, args, { ...how, timeoutMs: FETCH_TIMEOUT_MS });
  } catch (cause) {
    const message = `${program} gets no packages: ${(cause as Error).message.trim()}`;
    throw new Failure("dependency_missing", message, { field: program, cause });
  }
}

/** What the program prints. Throws `dependency_missing` where it is not installed. */
export async function run(
  program: string,
  args: readonly string[],
  how: How = {},
): Promise<string> {
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
