import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, test } from "node:test";
import { credentials, Metadata } from "@grpc/grpc-js";
import { EventGatewayClient, type PublishResponse } from "../../proto/gen/segue/v1/gateway.ts";
import { EventKind, ListeningEvent } from "../../proto/gen/segue/v1/listening.ts";
import {
  NextTracksRequest,
  type NextTracksResponse,
  RecommenderClient,
} from "../../proto/gen/segue/v1/recommender.ts";
import { publishRandomBundle } from "../../test/fixtures/random-bundle.ts";
import { type RunningSegue, startSegue } from "../../test/support/running-segue.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { sampledParent } from "./trace-parent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const NOT_SAMPLED = `00-${"5".repeat(32)}-00f067aa0ba902b7-00`;
const SECRETS = ["ada-who-listens", "track-7", "event-of-ada"] as const;
const [LISTENER, TRACK, EVENT_ID] = SECRETS;

test("a trace goes from producer through batch to reply, and names nobody", async () => {
  const collector = await startCollector();
  const { position, seen } = await skipAndAsk(collector.endpoint);
  const spans = collector.spans();
  const traced = spans.filter(({ traceId }) => traceId === TRACE);
  assert.deepEqual(traced.map(({ name }) => name).sort(), [
    "segue NextTracks",
    "segue Publish",
    "segue hear event",
  ]);
  const event = traced.find(({ name }) => name === "segue hear event")!;
  assert.equal(event.parentSpanId, "00f067aa0ba902b7");
  assert.equal(attribute(event, "messaging.kafka.offset"), position);
  const [batch, ...others] = spans.filter(({ traceId }) => traceId !== TRACE);
  assert.deepEqual(others, [], "what nobody wants traced is not");
  assert.equal(batch!.name, "segue apply batch");
  assert.deepEqual(
    batch!.links?.map(({ traceId }) => traceId),
    [TRACE],
  );
  assert.deepEqual(
    event.links?.map(({ spanId }) => spanId),
    [batch!.spanId],
  );
  const list = traced.find(({ name }) => name === "segue NextTracks")!;
  assert.equal(attribute(list, "segue.seen.offset"), seen);
  assert.ok(seen >= position);
  for (const secret of SECRETS) assert.ok(!collector.text().includes(secret), secret);
});

test("a collector that is away fails no call, and no end", async () => {
  const { seen, position } = await skipAndAsk("http://127.0.0.1:1");
  assert.ok(seen >= position);
});

test("only a sampled traceparent of W3C's form is gone on with", () => {
  assert.equal(sampledParent(TRACEPARENT)?.traceId, TRACE);
  const wrong = ["", "00", NOT_SAMPLED, `00-${"0".repeat(32)}-00f067aa0ba902b7-01`];
  for (const text of [
    undefined,
    ...wrong,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    TRACEPARENT.toUpperCase(),
  ]) {
    assert.equal(sampledParent(text), undefined);
  }
});

/** Publishes a skip and asks for a list that has heard it, in one trace, then publishes another
 *  that is not to be traced; resolves when both processes have ended. */
async function skipAndAsk(endpoint: string) {
  process.env.SEGUE_TRACES_ENDPOINT = endpoint;
  after(() => delete process.env.SEGUE_TRACES_ENDPOINT);
  const segue = await freshSegue();
  try {
    const published = await publish(segue, EVENT_ID, TRACEPARENT);
    const list = await ask(segue, published);
    await ask(segue, await publish(segue, "another", NOT_SAMPLED), NOT_SAMPLED);
    return { position: published.position!.offset, seen: list.freshness!.seen!.offset };
  } finally {
    await segue.stop();
  }
}

async function freshSegue(): Promise<RunningSegue> {
  const folder = temporaryFolder();
  const bundle = join(folder, "bundle");
  await publishRandomBundle(bundle, { tracks: 50, dimension: 8, hidden: 8, features: [], seed: 1 });
  return startSegue({ home: join(folder, "home"), bundle });
}

function publish({ address }: RunningSegue, eventId: string, traceparent: string) {
  const client = new EventGatewayClient(address, credentials.createInsecure());
  const kind = EventKind.EVENT_KIND_SKIPPED;
  const event = { eventId, listener: LISTENER, track: TRACK, kind, happenedAtMs: Date.now() };
  return new Promise<PublishResponse>((resolve, reject) => {
    const request = { event: ListeningEvent.fromPartial(event) };
    client.publish(request, headers(traceparent), (error, reply) => {
      client.close();
      if (error) reject(error);
      else resolve(reply);
    });
  });
}

function ask(
  { address }: RunningSegue,
  { position: atLeast }: PublishResponse,
  traceparent = TRACEPARENT,
) {
  const client = new RecommenderClient(address, credentials.createInsecure());
  const request = NextTracksRequest.fromPartial({ listener: LISTENER, k: 3, atLeast });
  const options = { deadline: Date.now() + 10_000 };
  return new Promise<NextTracksResponse>((resolve, reject) => {
    client.nextTracks(request, headers(traceparent), options, (error, reply) => {
      client.close();
      if (error) reject(error);
      else resolve(reply);
    });
  });
}

function headers(traceparent: string): Metadata {
  const metadata = new Metadata();
  metadata.set("traceparent", traceparent);
  return metadata;
}

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly intValue?: number | string; readonly stringValue?: string };
  }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** Takes what comes to `/v1/traces`, as OTLP's JSON. */
async function startCollector() {
  const exports: Export[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === "/v1/traces") exports.push(body as Export);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () =>
      exports.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    text: () => JSON.stringify(exports),
  };
}

function attribute({ attributes }: Span, name: string): number {
  const found = attributes.find(({ key }) => key === name);
  assert.ok(found, name);
  return Number(found.value.intValue);
}
