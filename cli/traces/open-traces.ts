import { DiagLogLevel, diag, type Tracer } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { Failure } from "../../core/domain/failure.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { settlesWithin } from "../../core/log/settles-within.ts";
import type { CallObserver } from "../../scorer/observed-service.ts";
import { segueVersion } from "../version.ts";
import { tracedCalls } from "./traced-calls.ts";
import { tracedLog } from "./traced-log.ts";

/** What a process tells of the traces that its callers and producers began. It begins none of its
 *  own, so what is sampled is for them to say. */
export interface Traces {
  readonly onCall: CallObserver;
  /** The log, but that batches of it are told of. */
  readonly observed: (log: EventLog) => EventLog;
  /** Sends what waits, within two seconds. */
  close(): Promise<void>;
}

export interface TracesOptions {
  readonly process: "ingest" | "serve";
  /** An address of HTTP; spans go to its path `/v1/traces`, where it has no path of its own. */
  readonly endpoint: string;
  readonly onNotice: LogNoticeListener;
}

/** Spans that wait for a collector that is away or slow; more are dropped. */
const WAITING_MAX = 2_048;
const SENT_TOGETHER_MAX = 512;
const SEND_AFTER_MS = 1_000;
const SEND_TIMEOUT_MS = 5_000;
const LAST_WAIT_MS = 2_000;

/** Throws `bad_configuration` where the endpoint is no address. */
export function openTraces({ process, endpoint, onNotice }: TracesOptions): Traces {
  const url = addressOf(endpoint);
  sayTroubleOnce(onNotice, url);
  const limits = {
    maxQueueSize: WAITING_MAX,
    maxExportBatchSize: SENT_TOGETHER_MAX,
    scheduledDelayMillis: SEND_AFTER_MS,
    exportTimeoutMillis: SEND_TIMEOUT_MS,
  };
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: SEND_TIMEOUT_MS });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.name": `segue-${process}`,
      "service.version": segueVersion(),
    }),
    spanProcessors: [new BatchSpanProcessor(exporter, limits)],
  });
  const tracer: Tracer = provider.getTracer("segue");
  return {
    onCall: tracedCalls(tracer),
    observed: (log) => tracedLog(log, tracer),
    async close() {
      // A collector that is away must not hold up the end, nor fail it.
      const shut = provider.shutdown().catch((error) => diag.error(String(error)));
      await settlesWithin(shut, LAST_WAIT_MS);
      diag.disable();
    },
  };
}

function addressOf(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure("bad_configuration", `"${endpoint}" is no http:// or https:// address`, {
      field: "--traces-endpoint",
    });
  }
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

/** OpenTelemetry tells its own troubles here; each of them would be a line for each second. */
function sayTroubleOnce(onNotice: LogNoticeListener, url: string): void {
  let isSaid = false;
  const trouble = () => {
    if (!isSaid) onNotice({ level: "warning", message: `traces do not arrive at ${url}` });
    isSaid = true;
  };
  const passed = () => undefined;
  const logger = { error: trouble, warn: passed, info: passed, debug: passed, verbose: passed };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}
