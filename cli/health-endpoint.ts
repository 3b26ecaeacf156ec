import { createServer, type ServerResponse } from "node:http";
import { type ListeningServer, listen } from "../core/http/listen.ts";
import type { OptionSpec } from "./command.ts";
import { METRICS_CONTENT_TYPE } from "./metrics/metrics.ts";

export const HEALTH_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "health-port": {
    type: "number",
    help: "answers over HTTP: /ready (200 or 503), /live and /metrics; 0 takes any free port",
  },
};

/** Tells over HTTP how a process is: `/metrics` for Prometheus, `/live` while it runs at all, and
 *  for any other path whether it is ready, 200 or 503, with a JSON object. */
export interface HealthEndpoint extends ListeningServer {
  isReady(): boolean;
  say(ready: boolean, detail: Readonly<Record<string, unknown>>): void;
}

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The text for Prometheus; without it there is no `/metrics`. */
  readonly metrics?: () => Promise<string>;
}

/** Not ready until it is told so. Throws `bad_configuration` where it cannot listen. */
export async function startHealthEndpoint(options: HealthOptions): Promise<HealthEndpoint> {
  const { host, port, metrics } = options;
  let said = { ready: false, detail: {} as Readonly<Record<string, unknown>> };
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/metrics" && metrics !== undefined) void answerMetrics(response, metrics);
    else if (path === "/live") answerJson(response, 200, { live: true });
    else answerJson(response, said.ready ? 200 : 503, { ready: said.ready, ...said.detail });
  });
  const listening = await listen(server, { host, port, field: "--health-port" });
  return {
    ...listening,
    isReady: () => said.ready,
    say: (ready, detail) => {
      said = { ready, detail };
    },
  };
}

function answerJson(response: ServerResponse, code: number, value: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(`${JSON.stringify(value)}\n`);
}

async function answerMetrics(
  response: ServerResponse,
  metrics: () => Promise<string>,
): Promise<void> {
  try {
    const text = await metrics();
    response.writeHead(200, { "content-type": METRICS_CONTENT_TYPE });
    response.end(text);
  } catch (error) {
    answerJson(response, 500, { error: (error as Error).message });
  }
}
