import { startChild } from "../../cli/child-process.ts";
import { keepRunning } from "../../cli/keep-running.ts";

/** One host of several, as `end-hosts.ts` starts it: ingest and scorer, and this process, which
 *  starts either again where it ends. Its arguments: the scorer's port, how many follow each
 *  partition, and what both processes are given. */
const [port, standbys, ...shared] = process.argv.slice(2) as [string, string, ...string[]];

/** Short, so that a storm passes in minutes. */
const SESSION_TIMEOUT_MS = 2_000;
const given = [...shared, "--advertise", `127.0.0.1:${port}`];
const session = ["--session-timeout-ms", String(SESSION_TIMEOUT_MS)];
const commands = {
  ingest: [...given, ...session, "--changelog", "--standbys", standbys],
  serve: [...given, "--port", port],
};
// Whoever started it may be killed: nothing of it shall outlive that.
process.stdin.resume().once("end", () => process.kill(-process.pid, "SIGKILL"));
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const say = (message: string) => void process.stderr.write(`${message}\n`);
const kept = await Promise.all(
  Object.entries(commands).map(async ([name, args]) => {
    const start = () => startChild(name, args);
    // On a busy machine the broker may not answer at once.
    return { start, first: await start().catch(start) };
  }),
);
process.stdout.write("the host is ready\n");
await Promise.all(
  kept.map(({ start, first }) => keepRunning(first, start, { signal: stop.signal, say })),
);
process.stdin.destroy();
