import type { OptionSpec, Options } from "../command.ts";
import type { NoticeWriter } from "../notices.ts";
import type { Traces } from "./open-traces.ts";

export const TRACES_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "traces-endpoint": {
    type: "text",
    help: "where traces are sent by OTLP over HTTP, as http://127.0.0.1:4318; off where not given",
  },
};

/** Undefined where no endpoint is given; then nothing of OpenTelemetry is loaded. Throws
 *  `bad_configuration` where the endpoint is no address. */
export async function tracesOf(
  process: "ingest" | "serve",
  options: Options,
  { onNotice }: NoticeWriter,
): Promise<Traces | undefined> {
  const endpoint = options.textIfGiven("traces-endpoint");
  if (endpoint === undefined) return undefined;
  const { openTraces } = await import("./open-traces.ts");
  return openTraces({ process, endpoint, onNotice });
}
