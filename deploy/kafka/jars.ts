import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/domain/failure.ts";

/** What a broker is made of, kept from one start to the next. */
export interface BrokerCache {
  /** The folder of the jars. */
  readonly jars: string;
  /** A folder for what is derived from these very jars: an archive of loaded classes, formatted
   *  storage. */
  readonly derived: string;
}

/** The folder that git ignores, at the repository's root. */
const CACHE_FOLDER = join(import.meta.dirname, "..", "..", ".kafka");
const POM = join(import.meta.dirname, "pom.xml");

/** Resolves the jars that `pom.xml` lists with Maven, once per version of that file. Throws
 *  `dependency_missing` where Java or Maven is missing or Maven finds no jars. */
export async function brokerCache(notice: (text: string) => void): Promise<BrokerCache> {
  requireCommand("java", "-version");
  const version = createHash("sha256")
    .update(await readFile(POM))
    .digest("hex")
    .slice(0, 12);
  const home = join(CACHE_FOLDER, version);
  const jars = join(home, "jars");
  const derived = join(home, "derived");
  await mkdir(derived, { recursive: true });
  if (!existsSync(jars)) {
    notice("Maven fetches Kafka's jars, 43 MB, once");
    await resolveJars(home, jars);
  }
  return { jars, derived };
}

/** Copies into a folder of its own and renames it, so that of several first starts at once none
 *  sees half of the jars. */
async function resolveJars(home: string, jars: string): Promise<void> {
  requireCommand("mvn", "--version");
  const part = await mkdtemp(join(home, "jars-"));
  const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${part}`];
  const maven = spawnSync("mvn", ["-q", "-B", "-f", POM, ...goal], { encoding: "utf8" });
  if (maven.status !== 0) {
    await rm(part, { recursive: true });
    const message = `Maven cannot resolve the broker's jars: ${maven.stdout}${maven.stderr}`;
    throw new Failure("dependency_missing", message, { field: "mvn" });
  }
  await renameUnlessThere(part, jars);
}

/** Renames a folder into place; where another process was first, its folder is as good. */
export async function renameUnlessThere(part: string, place: string): Promise<void> {
  try {
    await rename(part, place);
  } catch (cause) {
    await rm(part, { recursive: true, force: true });
    if (!existsSync(place)) throw cause;
  }
}

function requireCommand(command: string, versionOption: string): void {
  const { error } = spawnSync(command, [versionOption], { stdio: "ignore" });
  if (error === undefined) return;
  const message = `an Apache Kafka broker needs ${command}, which cannot be run here`;
  throw new Failure("dependency_missing", message, { field: command, cause: error });
}
