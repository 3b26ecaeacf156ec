import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Failure } from "../core/domain/failure.ts";
import type { OptionSpec, Options } from "./command.ts";

/** For commands that serve the page unasked. */
export const PAGE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "console-port": {
    type: "number",
    help: "port of the page; --port and 1 where it is not given; 0 takes any free one",
  },
};

export function consolePortOf(options: Options): number {
  const port = options.number("port");
  return options.numberIfGiven("console-port") ?? (port === 0 ? 0 : port + 1);
}

const BUILD_PAGE = fileURLToPath(new URL("../console/build-page.ts", import.meta.url));

/** Builds the page where its sources are newer than what was built, in a process of its own: what
 *  builds it is of no use afterwards. Throws `dependency_missing` where it cannot be built. */
export async function preparePage(): Promise<void> {
  const build = spawn(process.execPath, [BUILD_PAGE, "--if-stale"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(build, "exit");
  if (code !== 0) throw new Failure("dependency_missing", "the page could not be built");
}
