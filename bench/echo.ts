import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Failure } from "../core/domain/failure.ts";
import { endsWithUs } from "./temporary.ts";

const ECHO_SERVER = fileURLToPath(new URL("./echo-server.ts", import.meta.url));

/** A bare gRPC server in a process of its own, which answers every call with the same bytes. */
export async function startEcho(reply: Uint8Array): Promise<{
  readonly process: ChildProcess;
  readonly port: number;
  close(): Promise<void>;
}> {
  const argument = Buffer.from(reply).toString("base64");
  const child = spawn(process.execPath, [ECHO_SERVER, argument], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  endsWithUs(child);
  const ended = once(child, "exit").then(() => {
    throw new Failure("dependency_missing", "the bare server did not start");
  });
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  // From here on it may end: its caller stops it.
  ended.catch((error: Failure) => error);
  return {
    process: child,
    port: Number(String(line)),
    async close() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}
