import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Failure } from "../core/domain/failure.ts";
import type { CheckStoreResponse } from "../proto/gen/segue/v1/console.ts";

/** What `segue doctor` prints. */
interface DoctorReport {
  readonly sound: boolean;
  readonly readable: boolean;
  readonly listeners?: number;
  readonly partitions?: number;
  readonly damaged?: readonly { readonly entry: string; readonly damage: string }[];
}

const SEGUE = fileURLToPath(new URL("./segue.ts", import.meta.url));
const TIMEOUT_MS = 60_000;

/** Runs `segue doctor ARGS…` as a process of its own, since damage can end it. Throws
 *  `store_unavailable` where it prints no report. */
export async function askDoctor(args: readonly string[]): Promise<CheckStoreResponse> {
  const startedMs = performance.now();
  const { stdout, stderr } = await run(["doctor", ...args]);
  const report = parsed(stdout);
  if (report === undefined) {
    throw new Failure("store_unavailable", stderr.trim() || "the doctor says nothing");
  }
  return {
    sound: report.sound,
    readable: report.readable,
    listeners: report.listeners ?? 0,
    partitions: report.partitions ?? 0,
    damaged: (report.damaged ?? []).map(({ entry, damage }) => ({ entry, damage })),
    tookMs: Math.round(performance.now() - startedMs),
  };
}

/** A damaged store ends the doctor with 1, and is reported all the same. */
function run(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, encoding: "utf8" } as const;
    execFile(process.execPath, [SEGUE, ...args], options, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

function parsed(text: string): DoctorReport | undefined {
  try {
    return JSON.parse(text) as DoctorReport;
  } catch {
    return undefined;
  }
}
