import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { homeAt } from "../../cli/home.ts";
import { freePorts } from "../../deploy/kafka/free-ports.ts";
import { parseTrainingConfig } from "../../trainer/config.ts";
import { simulate } from "../../trainer/simulate/simulate.ts";
import { train } from "../../trainer/train.ts";
import type { Place } from "./run-snippets.ts";

const ROOT = join(import.meta.dirname, "../..");
const STAND_IN = join(import.meta.dirname, "stand-in-grpcurl.ts");
/** What of the repository a command needs, beside its packages. */
const CODE = ["cli", "console", "core", "ingest", "node_modules", "proto", "scorer", "trainer"];
const TINY = { hidden: 8, dimension: 8, epochs: 1, lanes: 32 };

/** A checkout in `folder` as a reader has it who started Segue before, though with a smaller world,
 *  on free ports and with the tests' brokers. */
export async function makePlace(
  folder: string,
  brokers: readonly string[] | undefined,
): Promise<Place> {
  for (const name of CODE) symlinkSync(join(ROOT, name), join(folder, name));
  writeFileSync(join(folder, "package.json"), packageOfReader());
  const programs = join(folder, "programs");
  mkdirSync(programs);
  if (!isInstalled("grpcurl")) writeStandIn(join(programs, "grpcurl"));
  await prepareWorld(join(folder, ".segue"));
  const [grpc, page, scorerHealth, ingestHealth] = await freePorts(4);
  const topicPrefix = `documents-${process.pid}-`;
  return {
    folder,
    environment: {
      PATH: [programs, join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter),
      SEGUE_PORT: String(grpc),
      SEGUE_CONSOLE_PORT: String(page),
      SEGUE_TO: `127.0.0.1:${grpc}`,
      SEGUE_TOPIC_PREFIX: topicPrefix,
    },
    meant: new Map([
      ["127.0.0.1:7600", `127.0.0.1:${grpc}`],
      ["127.0.0.1:7601", `127.0.0.1:${page}`],
      ["9464", String(scorerHealth)],
      ["9465", String(ingestHealth)],
      ["localhost:9092", brokers?.join(",") ?? "localhost:9092"],
      ["segue.listening.v1", `${topicPrefix}segue.listening.v1`],
    ]),
  };
}

export function isInstalled(program: string): boolean {
  return spawnSync("which", [program]).status === 0;
}

/** Its scripts install nothing: the packages are those of this checkout. */
function packageOfReader(): string {
  const { type, version, scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const install = "sh deploy/check/install.sh && ";
  const own = Object.entries<string>(scripts).map(([name, script]) => [
    name,
    script.replace(install, ""),
  ]);
  return JSON.stringify({ name: "segue", version, type, scripts: Object.fromEntries(own) });
}

function writeStandIn(path: string): void {
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${STAND_IN}" "$@"\n`);
  chmodSync(path, 0o755);
}

async function prepareWorld(folder: string): Promise<void> {
  const { world, bundle } = homeAt(folder);
  await simulate({ listeners: 30, tracks: 1_000, days: 4, seed: 3, out: world });
  const config = parseTrainingConfig({ refit: false, short: TINY, long: TINY });
  await train({ logFolder: world, outFolder: bundle, config, seed: 1 });
}
