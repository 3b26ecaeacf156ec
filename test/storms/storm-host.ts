import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A host that is one group of processes, so that all of it can be ended at once. */
export interface StormHost {
  /** SIGKILL to all of its processes; resolves when they are gone. */
  kill(): Promise<void>;
  /** Lets it end by itself, as a stop of its service does. */
  leave(): Promise<void>;
}

export interface StormHostOptions {
  readonly port: number;
  readonly standbys: number;
  /** What ingest and scorer are both given. */
  readonly args: readonly string[];
  /** The file that gets what it says. */
  readonly said: string;
}

const HOST_PROCESS = fileURLToPath(new URL("host-process.ts", import.meta.url));

/** Resolves when ingest has joined its group and the scorer answers. */
export async function startStormHost(options: StormHostOptions): Promise<StormHost> {
  const { port, standbys, args, said } = options;
  const command = [HOST_PROCESS, String(port), String(standbys), ...args];
  const stderr = openSync(said, "a");
  const child = spawn(process.execPath, command, {
    detached: true,
    stdio: ["pipe", "pipe", stderr],
  });
  const killAll = () => void endGroup(child);
  process.once("exit", killAll);
  const ready = once(createInterface({ input: child.stdout! }), "line");
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`a host ended with ${signal ?? code} at its start; see ${said}`);
  });
  await Promise.race([ready, ended]);
  return {
    async kill() {
      const gone = once(child, "exit");
      endGroup(child);
      await gone;
      process.off("exit", killAll);
    },
    async leave() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      process.off("exit", killAll);
    },
  };
}

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}
