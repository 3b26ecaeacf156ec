import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Failure } from "../core/domain/failure.ts";

/** A `segue` command that runs as a process of its own. */
export interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  /** What the child printed when it was ready: `segue NAME is ready: DETAIL`. */
  readonly detail: string;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

const SEGUE = fileURLToPath(new URL("./segue.ts", import.meta.url));
const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;

/** Lets glibc give large blocks back to the system. Else it keeps what a bundle leaves that goes in
 *  pieces that the next one does not fit into, and a scorer grows by megabytes with each. Threads
 *  that read a bundle come and go: with an arena for each, 80 MB and more of theirs stay. */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: String(256 * 1024), MALLOC_ARENA_MAX: "2" };

/** Little is young in a scorer or an ingest at a time: a collection holds calls up for a few
 *  milliseconds and not for twenty, memory does not grow by what is young, and the buffers of a
 *  batch are gone before V8, which counts them apart, collects everything for their sake. */
const LITTLE_IS_YOUNG = "--max-semi-space-size=32";
/** One thread answers calls, and one helper of V8's is as many as it can use. */
const ONE_HELPER = "--v8-pool-size=1";
const NODE_OPTIONS: Readonly<Record<string, string>> = {
  serve: `${LITTLE_IS_YOUNG} ${ONE_HELPER}`,
  ingest: LITTLE_IS_YOUNG,
};

/** Starts `segue NAME ARGS…` and resolves when it says that it is ready. Its other lines go to
 *  stderr. Throws `dependency_missing` when it ends first or stays silent for a minute. */
export async function startChild(name: string, args: readonly string[]): Promise<Child> {
  const options = NODE_OPTIONS[name];
  const child = spawn(process.execPath, [SEGUE, name, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...ALLOCATOR, ...(options && { NODE_OPTIONS: options }), ...process.env },
  });
  const detail = await readyLine(name, child);
  return { name, process: child, detail, stop: (graceMs) => stopChild(child, graceMs) };
}

/** How a child says that it is ready; `startChild` waits for this line. */
export function sayReady(name: string, detail: string): void {
  process.stdout.write(`segue ${name} is ready: ${detail}\n`);
  // A process that is killed would keep nothing of what it has compiled.
  flushCompileCache();
}

/** Where a scorer that is ready listens, as HOST:PORT. */
export function grpcAddress({ detail }: Pick<Child, "detail">): string {
  return detail.split(",")[0]!.replace("grpc ", "");
}

/** Where a scorer that is ready serves the page; undefined where it does not. */
export function pageUrl({ detail }: Pick<Child, "detail">): string | undefined {
  return / page ([^\s,]+)/.exec(detail)?.[1];
}

/** Where a process that is ready answers about health and metrics; undefined where it does not. */
export function healthPortOf({ detail }: Pick<Child, "detail">): number | undefined {
  const port = / health on port (\d+)$/.exec(detail)?.[1];
  return port === undefined ? undefined : Number(port);
}

function readyLine(name: string, child: ChildProcess): Promise<string> {
  const ready = `segue ${name} is ready: `;
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Failure("dependency_missing", `segue ${name} did not start: ${why}`));
    };
    const timer = setTimeout(() => fail("it stayed silent for a minute"), READY_TIMEOUT_MS);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(`it ended with ${code ?? signal}`));
    createInterface({ input: child.stdout! }).on("line", (line) => {
      if (!line.startsWith(ready)) {
        process.stderr.write(`${line}\n`);
        return;
      }
      clearTimeout(timer);
      child.removeAllListeners("exit");
      resolve(line.slice(ready.length));
    });
  });
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when the process is gone. */
export async function stopChild(child: ChildProcess, graceMs = STOP_GRACE_MS): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await gone;
  clearTimeout(timer);
}
