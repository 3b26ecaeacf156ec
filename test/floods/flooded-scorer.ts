import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { patiently } from "../../bench/patiently.ts";
import { connectClient } from "../../cli/recommender-client.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";

/** A scorer in a process of its own, with a client that means well. */
export interface FloodedScorer {
  readonly port: number;
  /** Asks for a list as a good client does, again where it is asked to, and rejects where it gets
   *  none. */
  ask(k?: number): Promise<void>;
  /** Resident memory, in bytes. */
  memory(): number;
  /** Files and sockets that the process holds. */
  descriptors(): number;
  /** How often the process ended: 0 or 1. */
  exits(): number;
  stop(): void;
}

const PROCESS = fileURLToPath(new URL("../fixtures/scorer-process.ts", import.meta.url));
/** Shorter than by custom, so that a test can wait for it. */
const UNREAD_MS = 2_000;
const SIZES = { tracks: 2_000, dimension: 12, hidden: 10, features: ["kind"], seed: 1 } as const;

export async function floodedScorer(): Promise<FloodedScorer> {
  const folder = mkdtempSync(join(tmpdir(), "segue-flood-"));
  await publishRandomBundle(join(folder, "bundle"), SIZES);
  const args = [PROCESS, join(folder, "bundle"), join(folder, "store"), String(UNREAD_MS)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let exits = 0;
  child.once("exit", () => exits++);
  const [line] = await once(createInterface(child.stdout), "line");
  const port = Number(line);
  const client = connectClient(`127.0.0.1:${port}`);
  return {
    port,
    async ask(k = 20) {
      const { tracks } = await patiently(() => client.nextTracks({ listener: "good", k }));
      if (tracks.length !== k) throw new Error(`${tracks.length} of ${k} tracks`);
    },
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    descriptors: () => readdirSync(`/proc/${child.pid}/fd`).length,
    exits: () => exits,
    stop() {
      client.close();
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
