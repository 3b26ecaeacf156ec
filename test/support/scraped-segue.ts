import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { grpcAddress, healthPortOf } from "../../cli/child-process.ts";
import { openLog } from "../../cli/open-log.ts";
import { type Client, connectClient } from "../../cli/recommender-client.ts";
import { FEATURE_WIDTHS, type FeatureName } from "../../core/bundle/manifest.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";
import type { Delivery } from "./listening-records.ts";

/** Ingest and scorer that have heard a whole world, with their health ports open and all that they
 *  log, as JSON, kept. */
export interface ScrapedSegue {
  readonly client: Client;
  readonly healthPorts: { readonly ingest: number; readonly serve: number };
  /** What both wrote to stderr so far, line by line. */
  lines(): readonly string[];
  scrapes(): Promise<{ readonly ingest: string; readonly serve: string }>;
  stop(): Promise<void>;
}

const SEGUE = fileURLToPath(new URL("../../cli/segue.ts", import.meta.url));
const PATIENCE_MS = 30_000;
const CLIENT_READY_MS = 20_000;

export async function startScraped(
  folder: string,
  { world, tracks }: { readonly world: readonly Delivery[]; readonly tracks: number },
): Promise<ScrapedSegue> {
  const [home, bundle] = [join(folder, "home"), join(folder, "bundle")];
  const features = Object.keys(FEATURE_WIDTHS) as FeatureName[];
  await publishRandomBundle(bundle, { tracks, dimension: 8, hidden: 8, features, seed: 3 });
  await append(join(home, "log"), world);
  const lines: string[] = [];
  const options = ["--home", home, "--bundle", bundle, "--health-port", "0"];
  const json = ["--log-format", "json"];
  const ingest = await start("ingest", [...options, ...json], lines);
  const serve = await start("serve", [...options, ...json, "--port", "0"], lines);
  const healthPorts = { ingest: healthPortOf(ingest)!, serve: healthPortOf(serve)! };
  const client = connectClient(grpcAddress(serve));
  await client.ready(CLIENT_READY_MS);
  await untilHeard(healthPorts.ingest, world.length);
  return {
    client,
    healthPorts,
    lines: () => lines,
    scrapes: async () => ({
      ingest: await scrape(healthPorts.ingest),
      serve: await scrape(healthPorts.serve),
    }),
    async stop() {
      client.close();
      await Promise.all([ingest, serve].map(({ process }) => end(process)));
    },
  };
}

async function append(folder: string, world: readonly Delivery[]): Promise<void> {
  const log = await openLog({ folder }, LISTENING_TOPIC);
  await log.append(world.map(({ key, value, headers = {} }) => ({ key, value, headers })));
  await log.close();
}

interface Started {
  readonly process: ChildProcess;
  readonly detail: string;
}

async function start(name: string, args: readonly string[], lines: string[]): Promise<Started> {
  const child = spawn(process.execPath, [SEGUE, name, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const ready = `segue ${name} is ready: `;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith(ready)) return { process: child, detail: line.slice(ready.length) };
  }
  throw new Error(`segue ${name} did not start:\n${lines.join("\n")}`);
}

async function untilHeard(port: number, records: number): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    const heard = /^segue_event_visible_seconds_count (\d+)$/m.exec(await scrape(port));
    if (Number(heard?.[1]) === records) return;
    await sleep(100);
  }
  throw new Error(`ingest did not hear ${records} records`);
}

async function scrape(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
