import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";

export interface GrpcurlCall {
  /** The address, then the method, or `list` or `describe` and a symbol. */
  readonly words: readonly string[];
  /** JSON, after the shell has replaced what it replaces. */
  readonly message: string | undefined;
}

/** The commands of a document that begin a line with `grpcurl`, to where their quotes end and no
 *  backslash goes on. */
export function grpcurlCommands(document: string): string[] {
  const commands: string[] = [];
  let command = "";
  for (const line of document.split("\n")) {
    if (command === "" && !/^\s*(\$ )?grpcurl /.test(line)) continue;
    command = command === "" ? line.replace(/^\s*(\$ )?/, "") : `${command}\n${line}`;
    const isOpen = command.split("'").length % 2 === 0 || command.endsWith("\\");
    if (isOpen) continue;
    commands.push(command);
    command = "";
  }
  // A command that never ends is handed over too, and is found broken.
  return command === "" ? commands : [...commands, command];
}

/** What the shell makes of a command, in which a function stands for grpcurl. */
export function grpcurlCalls(command: string): GrpcurlCall[] {
  const stand = `grpcurl() { printf '%s\\0' "$@"; printf '\\n\\0'; }`;
  const said = execFileSync("sh", ["-e", "-c", `${stand}\n${command}`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const calls = said.split("\n\0").slice(0, -1);
  return calls.map((call) => readCall(call.split("\0").slice(0, -1)));
}

/** What grpcurl is told by the words after its name. Go's flags begin with one hyphen or two. */
export function readCall(given: readonly string[]): GrpcurlCall {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseArgs({
    args: given.map((word) => word.replace(/^-(?=[a-z][\w-]+$)/, "--")),
    allowPositionals: true,
    options: {
      plaintext: flag,
      insecure: flag,
      "emit-defaults": flag,
      d: { ...text, short: "d" },
      H: { ...text, short: "H", multiple: true },
      cacert: text,
      cert: text,
      key: text,
      "max-time": text,
    },
  });
  return { words: positionals, message: values.d };
}
