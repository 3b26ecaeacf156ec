import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  Client,
  credentials,
  makeGenericClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { createStepRunner } from "../core/bundle/graph-runner.ts";
import { openBundle } from "../core/bundle/open-bundle.ts";
import { Failure } from "../core/domain/failure.ts";
import { openLmdbStore } from "../core/state/lmdb-store.ts";
import {
  NextTracksRequest,
  type NextTracksResponse,
  RecommenderClient,
  Rung,
} from "../proto/gen/segue/v1/recommender.ts";
import { hearAll, playOf } from "../test/fixtures/heard-store.ts";
import { publishRandomBundle } from "../test/fixtures/random-bundle.ts";
import { startServer } from "./server.ts";

let folder: string;
const bundleFolder = () => join(folder, "bundle");

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "segue-scorer-"));
  const sizes = { tracks: 200, dimension: 12, hidden: 10, seed: 1 };
  await publishRandomBundle(bundleFolder(), { ...sizes, features: ["kind", "gap"] });
});
after(() => rm(folder, { recursive: true }));

test("a scorer started before any store sees it once another process makes it", async (context) => {
  const storeFolder = join(folder, "store-of-later");
  const { port } = await startScorer(context, storeFolder);
  const client = connect(context, `127.0.0.1:${port}`);
  assert.equal((await ask(client)).rung, Rung.RUNG_POPULARITY);
  const bundle = await openBundle(bundleFolder());
  const runner = await createStepRunner(bundle);
  const store = openLmdbStore(storeFolder);
  await hearAll(store, { bundle, runner }, [playOf("track-3", 0), playOf("track-4", 3)]);
  const reply = await ask(client, { atLeast: { partition: 0, offset: 1 } });
  assert.equal(reply.freshness!.caughtUp, true);
  assert.equal(reply.rung, Rung.RUNG_LONG_TERM, "the session of 2024 is over");
  assert.ok(reply.tracks.every(({ track }) => track !== "track-4"));
  await store.close();
  await runner.close();
});

test("health and reflection answer in another process", async (context) => {
  const { port } = await startScorer(context, join(folder, "no-store"));
  const address = `127.0.0.1:${port}`;
  const health = healthClient(context, address);
  for (const service of ["", "segue.v1.Recommender"]) {
    const reply = await new Promise((resolve, reject) => {
      health.check({ service }, (error, found) => (error ? reject(error) : resolve(found)));
    });
    assert.deepEqual(reply, { status: "SERVING" });
  }
  // Field 7 of a ServerReflectionRequest lists the services, field 4 asks for a symbol's file.
  const services = await reflect(context, address, [0x3a, 0x00]);
  assert.match(services, /segue\.v1\.Recommender/);
  assert.match(services, /grpc\.health\.v1\.Health/);
  const symbol = Buffer.from("segue.v1.NextTracksRequest");
  const contract = await reflect(context, address, [0x22, symbol.length, ...symbol]);
  assert.match(contract, /exclude_tracks/);
});

test("a scorer that is told to end under load fails no call, and exits with 0", async (context) => {
  const leaving = await startScorer(context, join(folder, "no-store"));
  const staying = await startScorer(context, join(folder, "no-store"));
  const both = `ipv4:127.0.0.1:${leaving.port},127.0.0.1:${staying.port}`;
  const client = connect(context, both);
  const exited = once(leaving.process, "exit");
  let answered = 0;
  let stopping = false;
  const caller = async () => {
    while (!stopping) {
      assert.equal((await ask(client)).tracks.length, 20);
      answered++;
    }
  };
  const callers = Promise.all(Array.from({ length: 16 }, caller));
  while (answered < 300) await new Promise((resolve) => setTimeout(resolve, 5));
  leaving.process.kill("SIGTERM");
  const [code] = await exited;
  const atExit = answered;
  while (answered < atExit + 100) await new Promise((resolve) => setTimeout(resolve, 5));
  stopping = true;
  await callers;
  assert.equal(code, 0);
});

test("a drain reports NOT_SERVING before it ends", async (context) => {
  const server = await startServer({ host: "127.0.0.1", port: 0, services: [] });
  const address = `127.0.0.1:${server.port}`;
  const states: string[] = [];
  const watch = healthClient(context, address).watch({ service: "" });
  const ended = new Promise((resolve) => {
    watch.on("error", resolve);
    watch.on("end", resolve);
  });
  let drained: Promise<void> | undefined;
  watch.on("data", ({ status }) => {
    states.push(status);
    drained ??= server.drain(100);
  });
  await ended;
  await drained;
  assert.deepEqual(states, ["SERVING", "NOT_SERVING"]);
});

test("a port that is taken is a wrong configuration", async () => {
  const server = await startServer({ host: "127.0.0.1", port: 0, services: [] });
  const again = startServer({ host: "127.0.0.1", port: server.port, services: [] });
  await assert.rejects(
    again,
    (error) => error instanceof Failure && error.code === "bad_configuration",
  );
  server.close();
});

const FIXTURE = fileURLToPath(new URL("../test/fixtures/scorer-process.ts", import.meta.url));

async function startScorer(
  context: TestContext,
  storeFolder: string,
): Promise<{ process: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [FIXTURE, bundleFolder(), storeFolder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  context.after(() => {
    child.kill("SIGKILL");
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { process: child, port: Number(line) };
}

function connect(context: TestContext, address: string): RecommenderClient {
  const client = new RecommenderClient(address, credentials.createInsecure(), {
    "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  });
  context.after(() => client.close());
  return client;
}

function ask(
  client: RecommenderClient,
  request: Partial<NextTracksRequest> = {},
): Promise<NextTracksResponse> {
  return new Promise((resolve, reject) => {
    client.nextTracks(
      NextTracksRequest.fromPartial({ listener: "ada", ...request }),
      (error, reply) => (error === null ? resolve(reply) : reject(error)),
    );
  });
}

interface HealthClient {
  check(
    request: { readonly service: string },
    done: (error: ServiceError | null, reply: unknown) => void,
  ): void;
  watch(request: { readonly service: string }): NodeJS.EventEmitter;
}

function healthClient(context: TestContext, address: string): HealthClient {
  // Its definition was made by another copy of the types of grpc-js.
  const definition = healthService as unknown as Parameters<typeof makeGenericClientConstructor>[0];
  const HealthClient = makeGenericClientConstructor(definition, "grpc.health.v1.Health");
  const client = new HealthClient(address, credentials.createInsecure());
  context.after(() => client.close());
  return client as unknown as HealthClient;
}

/** Sends one `ServerReflectionRequest` and returns the reply's bytes as text. */
async function reflect(
  context: TestContext,
  address: string,
  request: readonly number[],
): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  context.after(() => client.close());
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const same = (bytes: Buffer) => bytes;
  const stream = client.makeBidiStreamRequest(path, same, same);
  const ended = once(stream, "end");
  stream.write(Buffer.from(request));
  const [reply] = await once(stream, "data");
  stream.end();
  await ended;
  return String(reply);
}
