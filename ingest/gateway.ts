import { type ServerReadableStream, type sendUnaryData, status } from "@grpc/grpc-js";
import { listeningEventFromWire } from "../core/domain/decode-listening-event.ts";
import { assert, Failure } from "../core/domain/failure.ts";
import type { EventLog, LogPosition, NewRecord } from "../core/log/event-log.ts";
import {
  type EventGatewayServer,
  EventGatewayService,
  type PublishStreamRequest,
  type PublishStreamResponse,
} from "../proto/gen/segue/v1/gateway.ts";
import { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { requirePlausibleTime } from "./decode.ts";

/** Events of one stream that may wait for the log; the stream is not read further meanwhile. */
const STREAM_IN_FLIGHT_MAX = 512;

export interface GatewayOptions {
  /** The listening topic. It groups concurrent appends into one write. */
  readonly log: Pick<EventLog, "append">;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly nowMs: () => number;
}

/** The EventGateway service, for a gRPC server to add. An event is checked as ingest checks it,
 *  so what is accepted here never becomes a dead letter; a refusal is INVALID_ARGUMENT and names
 *  the field. */
export function eventGateway({ log, nowMs }: GatewayOptions): {
  readonly definition: typeof EventGatewayService;
  readonly implementation: EventGatewayServer;
} {
  const implementation: EventGatewayServer = {
    publish(call, callback) {
      publishOne(call.request.event, { log, nowMs, ...tracedBy(call) }).then(
        (position) => callback(null, { position }),
        (cause) => callback(statusOf(cause)),
      );
    },
    publishStream(call, callback) {
      publishAll(call, { log, nowMs, ...tracedBy(call) }).then(
        (response) => callback(null, response),
        (cause) => refuseStream(call, callback, cause),
      );
    },
  };
  return { definition: EventGatewayService, implementation };
}

/** What a call's events are written with. */
interface Publishing extends GatewayOptions {
  /** The trace that the events belong to, for whoever reads them. */
  readonly headers?: { readonly traceparent: string };
}

/** A trace that the caller names goes on in the records' headers, as a producer of Kafka would. */
function tracedBy({ metadata }: Pick<ServerReadableStream<unknown, unknown>, "metadata">) {
  const traceparent = metadata.get("traceparent")[0]?.toString() ?? "";
  return TRACEPARENT.test(traceparent) ? { headers: { traceparent } } : {};
}

/** W3C Trace Context, section 3.2. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

async function publishOne(
  event: WireListeningEvent | undefined,
  { log, ...publishing }: Publishing,
): Promise<LogPosition | undefined> {
  const record = eventRecord(event, publishing);
  return record && append(log, record);
}

async function append(log: GatewayOptions["log"], record: NewRecord): Promise<LogPosition> {
  const [position] = await log.append([record]);
  assert(position !== undefined, "an append returns a position for each record");
  return position;
}

/** Undefined for an event of which nothing may be kept. */
function eventRecord(
  event: WireListeningEvent | undefined,
  { nowMs, headers }: Omit<Publishing, "log">,
): NewRecord | undefined {
  const timestampMs = nowMs();
  if (event === undefined) throw new Failure("bad_event", "there is none", { field: "event" });
  const checked = listeningEventFromWire(event);
  requirePlausibleTime(checked, timestampMs);
  if (event.doNotStore) return undefined;
  return {
    key: checked.listener,
    value: WireListeningEvent.encode(event).finish(),
    timestampMs,
    ...(headers && { headers }),
  };
}

/** Appends a stream's events in order. The first one that is refused ends the stream; those
 *  before it stay in the log, and a producer that sends them again does no harm, since events
 *  have ids. */
async function publishAll(
  call: ServerReadableStream<PublishStreamRequest, PublishStreamResponse>,
  { log, ...publishing }: Publishing,
): Promise<PublishStreamResponse> {
  const newest = new Map<number, LogPosition>();
  const inFlight: Promise<void>[] = [];
  let events = 0;
  try {
    for await (const { event } of call as AsyncIterable<PublishStreamRequest>) {
      if (inFlight.length >= STREAM_IN_FLIGHT_MAX) await inFlight.shift();
      // Checked before the next event is looked at: nothing after a refused event is appended.
      const record = eventRecord(event, publishing);
      events += 1;
      if (record === undefined) continue;
      const done = append(log, record).then((position) => keepNewest(newest, position));
      inFlight.push(done);
      // Its failure is met where it is awaited; until then it must not count as unhandled.
      done.catch((cause) => cause);
    }
    await Promise.all(inFlight);
  } catch (cause) {
    await Promise.allSettled(inFlight);
    throw cause;
  }
  return { events, positions: [...newest.values()] };
}

function keepNewest(newest: Map<number, LogPosition>, position: LogPosition): void {
  const known = newest.get(position.partition);
  if (known === undefined || known.offset < position.offset) {
    newest.set(position.partition, position);
  }
}

function refuseStream(
  call: ServerReadableStream<PublishStreamRequest, PublishStreamResponse>,
  callback: sendUnaryData<PublishStreamResponse>,
  cause: unknown,
): void {
  if (!call.cancelled) callback(statusOf(cause));
}

function statusOf(cause: unknown): { readonly code: status; readonly details: string } {
  if (!(cause instanceof Failure)) {
    return { code: status.INTERNAL, details: "the event could not be appended" };
  }
  if (cause.code === "bad_event") {
    const field = cause.field === "event" ? "event" : `event.${cause.field}`;
    return { code: status.INVALID_ARGUMENT, details: `${field}: ${cause.message}` };
  }
  const code = cause.code === "log_unavailable" ? status.UNAVAILABLE : status.INTERNAL;
  return { code, details: cause.message };
}
