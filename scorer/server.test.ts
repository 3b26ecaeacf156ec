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
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { protoPath as healthProto } from "grpc-health-check";
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
  const health = serviceClient(context, address, healthProto, "grpc.health.v1.Health");
  for (const service of ["", "segue.v1.Recommender"]) {
    const { status } = await unaryCall<{ status: string }>(health, "check", { service });
    assert.equal(status, "SERVING");
  }
  const files = fileURLToPath(import.meta.resolve("@grpc/reflection"));
  const reflectionProto = join(files, "../../proto/grpc/reflection/v1/reflection.proto");
  const name = "grpc.reflection.v1.ServerReflection";
  const reflection = serviceClient(context, address, reflectionProto, name);
  const services = await reflect(reflection, { list_services: "" });
  assert.deepEqual(
    services.list_services_response?.service.map((service) => service.name),
    ["segue.v1.Recommender", "grpc.health.v1.Health"],
  );
  const symbol = "segue.v1.NextTracksRequest";
  const contract = await reflect(reflection, { file_containing_symbol: symbol });
  const [file] = contract.file_descriptor_response?.file_descriptor_proto ?? [];
  assert.ok(file?.includes("NextTracksRequest"));
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
  const health = serviceClient(context, address, healthProto, "grpc.health.v1.Health");
  const states: string[] = [];
  const watch = (health as unknown as Streams).watch({ service: "" });
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

/** A client made from a `.proto` file, whose methods are known by name alone. */
function serviceClient(
  context: TestContext,
  address: string,
  protoFile: string,
  name: string,
): Client {
  const loaded = loadPackageDefinition(loadSync(protoFile, { keepCase: true, enums: String }));
  const Service = name
    .split(".")
    .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], loaded);
  const client = new (Service as ServiceClientConstructor)(address, credentials.createInsecure());
  context.after(() => client.close());
  return client;
}

type Methods = Record<
  string,
  (request: object, done: (error: ServiceError | null, reply: unknown) => void) => void
>;

function unaryCall<Reply>(client: Client, method: string, request: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    (client as unknown as Methods)[method]!(request, (error, reply) =>
      error === null ? resolve(reply as Reply) : reject(error),
    );
  });
}

interface Stream extends NodeJS.EventEmitter {
  write(request: object): void;
  end(): void;
}
interface Streams {
  watch(request: object): Stream;
  ServerReflectionInfo(): Stream;
}

interface Reflected {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
}

async function reflect(client: Client, request: object): Promise<Reflected> {
  const stream = (client as unknown as Streams).ServerReflectionInfo();
  stream.write(request);
  const [reply] = await once(stream, "data");
  const ended = once(stream, "end");
  stream.end();
  await ended;
  return reply as Reflected;
}
