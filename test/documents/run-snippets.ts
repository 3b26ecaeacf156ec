import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Snippet } from "./read-snippets.ts";

/** Where documents are run. */
export interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What stands in a document, and what is meant here: ports, brokers, topics. */
  readonly meant: ReadonlyMap<string, string>;
}

const RUN_MS = 120_000;
const GRACE_MS = 10_000;
/** The end of what a failed block printed. */
const SHOWN_CHARACTERS = 2_000;

/** Runs the blocks in order; `beside` goes on meanwhile. Throws with the document and the line of
 *  the first block that does not do what it says. */
export async function runSnippets(
  snippets: readonly Snippet[],
  beside: string | undefined,
  place: Place,
): Promise<void> {
  const serving: ChildProcess[] = [];
  let printed = "";
  try {
    if (beside !== undefined) serving.push(await serve({ code: beside, at: "beside" }, place));
    for (const snippet of snippets) {
      const { role, code, line, document } = snippet;
      const at = `${document}:${line}`;
      if (role === "sh serves instead") await endAll(serving);
      if (role.startsWith("sh serves")) serving.push(await serve({ code, at }, place));
      else if (role === "text prints") holdPrinted(snippet, printed);
      else if (role !== "sh broker") printed = await run(snippet, place);
    }
  } finally {
    await endAll(serving);
  }
}

/** Resolves with what the block printed on stdout. */
async function run(snippet: Snippet, place: Place): Promise<string> {
  const child = begin(commandOf(snippet, place), place);
  const timer = setTimeout(() => kill(child, "SIGKILL"), RUN_MS);
  const [out, error] = [collect(child.stdout!), collect(child.stderr!)];
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  const [said, complained] = [out(), error()];
  if (code === 0) return said;
  const failedAt = Number(/^failed at (\d+)$/m.exec(complained)?.[1] ?? 1);
  const end = `${said}\n${complained}`.slice(-SHOWN_CHARACTERS);
  const line = snippet.line + failedAt - 1;
  throw new Error(`${snippet.document}:${line}: ended with ${code ?? signal}\n${end}`);
}

/** Resolves when it says that it is ready, on stdout. */
async function serve(
  { code, at }: { readonly code: string; readonly at: string },
  place: Place,
): Promise<ChildProcess> {
  const child = begin(["bash", "-c", asMeant(code, place)], place);
  const [out, error] = [collect(child.stdout!), collect(child.stderr!)];
  const ready = new Promise<boolean>((settle) => {
    child.stdout!.on("data", () => / is ready: /.test(out()) && settle(true));
    child.once("close", () => settle(false));
    setTimeout(() => settle(false), RUN_MS).unref();
  });
  if (await ready) return child;
  kill(child, "SIGKILL");
  const end = `${out()}\n${error()}`.slice(-SHOWN_CHARACTERS);
  throw new Error(`${at}: it did not say that it is ready\n${end}`);
}

/** The bash of a block says at which of its lines it failed. */
function commandOf({ role, code, line }: Snippet, place: Place): [string, ...string[]] {
  const meant = asMeant(code, place);
  if (role === "python runs") return ["python3", "-c", meant];
  if (role === "ts runs") {
    const file = join(place.folder, `snippet-${line}.ts`);
    writeFileSync(file, meant);
    return ["node", file];
  }
  const trap = `trap 'echo "failed at $((LINENO - 1))" >&2' ERR`;
  return ["bash", "-euo", "pipefail", "-c", `${trap}\n${meant}`];
}

function asMeant(code: string, { meant }: Place): string {
  let text = code;
  for (const [written, here] of meant) text = text.replaceAll(written, here);
  return text;
}

/** Each in a group of processes of its own, so that all that it starts ends with it. */
function begin([program, ...args]: [string, ...string[]], place: Place): ChildProcess {
  return spawn(program, args, {
    cwd: place.folder,
    env: { ...process.env, ...place.environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

async function endAll(serving: ChildProcess[]): Promise<void> {
  await Promise.all(serving.splice(0).map(end));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "close");
  kill(child, "SIGTERM");
  const timer = setTimeout(() => kill(child, "SIGKILL"), GRACE_MS);
  await gone;
  clearTimeout(timer);
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (part: string) => {
    text += part;
  });
  return () => text;
}

function holdPrinted({ document, line, code }: Snippet, printed: string): void {
  const lines = printed.split("\n").map((one) => one.trim());
  let from = 0;
  for (const [index, text] of code.split("\n").entries()) {
    const wanted = text.trim();
    const isIt = (one: string) =>
      wanted.endsWith("…") ? one.startsWith(wanted.slice(0, -1)) : one === wanted;
    const found = lines.findIndex((one, at) => at >= from && isIt(one));
    if (found === -1) {
      throw new Error(`${document}:${line + index}: this was not printed, but\n${printed}`);
    }
    from = found + 1;
  }
}
