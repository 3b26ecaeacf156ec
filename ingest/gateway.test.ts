import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { credentials, Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";
import { listeningEventToWire } from "../core/domain/decode-listening-event.ts";
import { Failure } from "../core/domain/failure.ts";
import type { Offset, Partition } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import type { LogPosition, NewRecord } from "../core/log/event-log.ts";
import {
  EventGatewayClient,
  type PublishResponse,
  type PublishStreamResponse,
} from "../proto/gen/segue/v1/gateway.ts";
import type { ListeningEvent as WireListeningEvent } from "../proto/gen/segue/v1/listening.ts";
import { BEGAN_AT_MS, listeningEvent, recordsOf } from "../test/support/listening-records.ts";
import { decodeEvent } from "./decode.ts";
import { eventGateway } from "./gateway.ts";

const appended: NewRecord[] = [];
let logIsDown = false;
const log = {
  async append(records: readonly NewRecord[]): Promise<LogPosition[]> {
    if (logIsDown) throw new Failure("log_unavailable", "no broker answers");
    return records.map((record) => {
      const partition = (record.key.length % 2) as Partition;
      return { partition, offset: (appended.push(record) - 1) as Offset };
    });
  },
};
const server = new Server();
let client: EventGatewayClient;

before(async () => {
  const { definition, implementation } = eventGateway({ log, nowMs: () => BEGAN_AT_MS });
  server.addService(definition, implementation);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  client = new EventGatewayClient(`127.0.0.1:${await promise}`, credentials.createInsecure());
});

after(() => {
  client.close();
  server.forceShutdown();
});

test("a published event is in the log as ingest reads it, and the reply says where", async () => {
  const event = listeningEvent({ session: "s", kind: "liked" });
  const { position } = await publish(event);
  const [record] = recordsOf(appended.slice(-1) as Required<NewRecord>[]);
  assert.deepEqual(decodeEvent(record!), event);
  assert.deepEqual(position, { partition: 1, offset: appended.length - 1 });
});

test("what ingest would refuse is refused here, by the name of its field", async () => {
  const count = appended.length;
  const wrong: [field: string, change: Parameters<typeof listeningEvent>[0]][] = [
    ["event_id", { eventId: "" }],
    ["listener", { listener: "x".repeat(257) }],
    ["track", { track: "" }],
    ["happened_at_ms", { happenedAtMs: 0 }],
    ["happened_at_ms", { happenedAtMs: BEGAN_AT_MS + 2 * 86_400_000 }],
  ];
  for (const [field, change] of wrong) {
    await assert.rejects(publish(listeningEvent(change)), (error: ServiceError) => {
      assert.equal(error.code, status.INVALID_ARGUMENT);
      return error.details.startsWith(`event.${field}: `);
    });
  }
  await assert.rejects(publish(undefined), /INVALID_ARGUMENT: event: /);
  assert.equal(appended.length, count);
});

test("an event of which nothing may be kept is taken, and not written", async () => {
  const count = appended.length;
  const event = { ...listeningEventToWire(listeningEvent({})), doNotStore: true };
  assert.deepEqual(await publishWire(event), { position: undefined });
  assert.equal(appended.length, count);
});

test("a log that is away is UNAVAILABLE", async () => {
  logIsDown = true;
  try {
    await assert.rejects(publish(listeningEvent({})), /UNAVAILABLE: no broker answers/);
    await assert.rejects(publishStream([listeningEvent({})]), /UNAVAILABLE: no broker answers/);
  } finally {
    logIsDown = false;
  }
});

test("a stream is appended in order and answered with each partition's last place", async () => {
  const first = appended.length;
  const events = Array.from({ length: 3_000 }, (_, index) =>
    listeningEvent({ eventId: `${index}`, listener: index % 3 === 0 ? "ann" : "dora" }),
  );
  const { events: count, positions } = await publishStream(events);
  assert.equal(count, events.length);
  const keys = appended.slice(first).map(({ key }) => key);
  assert.deepEqual(
    keys,
    events.map(({ listener }) => listener),
  );
  assert.deepEqual(
    positions.toSorted((one, other) => one.partition - other.partition),
    [
      { partition: 0, offset: first + 2_999 },
      { partition: 1, offset: first + 2_997 },
    ],
  );
});

test("the first wrong event ends a stream, and those before it stay", async () => {
  const first = appended.length;
  const events = [listeningEvent({}), listeningEvent({ track: "" }), listeningEvent({})];
  await assert.rejects(publishStream(events), /INVALID_ARGUMENT: event\.track: /);
  assert.equal(appended.length, first + 1);
});

function publish(event: ListeningEvent | undefined): Promise<PublishResponse> {
  return publishWire(event && listeningEventToWire(event));
}

function publishWire(event: WireListeningEvent | undefined): Promise<PublishResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<PublishResponse>();
  const request = { event };
  client.publish(request, (error, response) => (error ? reject(error) : resolve(response)));
  return promise;
}

function publishStream(events: readonly ListeningEvent[]): Promise<PublishStreamResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<PublishStreamResponse>();
  const call = client.publishStream((error, response) =>
    error ? reject(error) : resolve(response),
  );
  for (const event of events) call.write({ event: listeningEventToWire(event) });
  call.end();
  return promise;
}
