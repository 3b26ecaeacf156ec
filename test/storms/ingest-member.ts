import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One `segue ingest` as operators run it, a process that a storm may kill, stop and let go on. */
export interface Member {
  readonly process: ChildProcess;
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has left. Throws unless it ended with 0. */
  leave(): Promise<void>;
  /** SIGSTOP, and SIGCONT. */
  stop(): void;
  goOn(): void;
}

export interface MemberOptions {
  readonly args: readonly string[];
  /** The file that what it says is appended to. */
  readonly said: string;
  /** Runs it with a store that lets any owner write; what a storm must notice. */
  readonly withoutFence?: boolean;
}

/** So long may a member take to join, where others join and leave on a busy machine, and to
 *  leave. */
const JOIN_MS = 120_000;
const LEAVE_MS = 60_000;
const SEGUE = fileURLToPath(new URL("../../cli/segue.ts", import.meta.url));
const WITHOUT_FENCE = new URL("without-fence.ts", import.meta.url).href;

/** A busy broker may not answer in time. A start that ends for that is tried again, as by whoever
 *  keeps processes running. */
const STARTS_MAX = 3;

/** Resolves when it has joined its group. Throws where it ends before, again and again, or takes
 *  longer than a join may. */
export async function startMember(options: MemberOptions): Promise<Member> {
  for (let starts = 0; starts < STARTS_MAX; starts++) {
    const member = await startOnce(options);
    if (member !== undefined) return member;
  }
  throw new Error(`ingest ended at ${STARTS_MAX} starts; see ${options.said}`);
}

/** Undefined where it ends before it has joined. */
async function startOnce(options: MemberOptions): Promise<Member | undefined> {
  const hooks = options.withoutFence ? ["--import", WITHOUT_FENCE] : [];
  const said = openSync(options.said, "a");
  const child = spawn(process.execPath, [...hooks, SEGUE, "ingest", ...options.args], {
    stdio: ["ignore", "pipe", said],
  });
  const killIt = () => child.kill("SIGKILL");
  process.once("exit", killIt);
  child.once("exit", () => process.off("exit", killIt));
  const ready = await inTime(
    Promise.race([
      once(createInterface({ input: child.stdout! }), "line").then(String),
      once(child, "exit").then(() => undefined),
    ]),
    { waitMs: JOIN_MS, what: `process ${child.pid} joins its group; see ${options.said}` },
  );
  if (ready === undefined) return undefined;
  if (!ready.startsWith("segue ingest is ready")) throw new Error(`it said ${ready}`);
  return {
    process: child,
    kill: () => ended(child, "SIGKILL", "SIGKILL"),
    leave: () => ended(child, "SIGTERM", 0),
    stop: () => void child.kill("SIGSTOP"),
    goOn: () => void child.kill("SIGCONT"),
  };
}

async function ended(
  child: ChildProcess,
  signal: NodeJS.Signals,
  expected: number | NodeJS.Signals,
): Promise<void> {
  const exit = once(child, "exit");
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await inTime(exit, { waitMs: LEAVE_MS, what: `process ${child.pid} ends after ${signal}` });
  }
  const how = child.signalCode ?? child.exitCode;
  if (how !== expected) throw new Error(`ingest ended with ${how}, not with ${expected}`);
}

/** Throws, naming what it waited for, where that takes longer. */
async function inTime<Result>(
  work: Promise<Result>,
  { waitMs, what }: { readonly waitMs: number; readonly what: string },
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${waitMs} ms in vain: ${what}`)), waitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
