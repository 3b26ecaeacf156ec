import { readFile } from "node:fs/promises";
import { connectSegue } from "../../clients/typescript/src/connect.ts";
import { Failure } from "../../core/domain/failure.ts";
import { serveSubsonic } from "../../opensubsonic/serve.ts";
import { readUsers } from "../../opensubsonic/users.ts";
import { sayReady } from "../child-process.ts";
import type { Command } from "../command.ts";
import { NOTICE_OPTIONS, noticeWriter } from "../notices.ts";
import { stopped } from "../stop-signal.ts";
import { segueVersion } from "../version.ts";
import { DEFAULT_ADDRESS } from "./recommend.ts";

/** A player waits longer for a list than a queue that has to go on. */
const LIST_TIMEOUT_MS = 2_000;
const LAST_WAIT_MS = 1_000;

export const opensubsonic: Command = {
  usage: "--users FILE [--to HOST:PORT] [--host H] [--port N]",
  options: {
    users: { type: "text", help: "JSON file of who may ask", required: true },
    to: { type: "text", help: "the scorer, as HOST:PORT", default: DEFAULT_ADDRESS },
    host: { type: "text", help: "address to listen on", default: "127.0.0.1" },
    port: { type: "number", help: "port to listen on; 0 takes any free one", default: 7680 },
    "scorer-token": {
      type: "text",
      help: "token for a scorer that asks for one: roles play and publish",
      secret: true,
    },
    ...NOTICE_OPTIONS,
  },
  async run({ options, signal }) {
    const { onNotice } = noticeWriter("opensubsonic", options);
    const users = readUsers(await textOf(options.text("users")), options.text("users"));
    const token = options.textIfGiven("scorer-token");
    const segue = connectSegue({
      address: options.text("to"),
      timeoutMs: LIST_TIMEOUT_MS,
      ...(token !== undefined && { token: () => token }),
    });
    const server = await serveSubsonic({
      segue,
      users,
      host: options.text("host"),
      port: options.number("port"),
      serverVersion: segueVersion(),
      nowMs: Date.now,
      report: (error) => onNotice({ level: "error", message: String(error) }),
    });
    sayReady("opensubsonic", `http on port ${server.port}`);
    await stopped(signal);
    server.close();
    await segue.close(LAST_WAIT_MS);
  },
};

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Failure("bad_configuration", `${file} cannot be read`, { field: "--users", cause });
  }
}
