import assert from "node:assert/strict";
import { on, once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { percentile } from "../../bench/measure.ts";
import { FollowListenerRequest, NextTracksRequest } from "../../proto/gen/segue/v1/recommender.ts";
import { CONNECTION_LIMITS, SERVER_LIMITS } from "../../scorer/limits.ts";
import { type FloodedScorer, floodedScorer } from "./flooded-scorer.ts";
import {
  callHeaders,
  callMessage,
  END_STREAM,
  FRAME,
  frame,
  frameReader,
  greeting,
} from "./frames.ts";
import { fuzzFrames } from "./fuzz.ts";
import { type IdleFlood, untilOpened } from "./idle-connections.ts";

const NEXT_TRACKS = "/segue.v1.Recommender/NextTracks";
const FOLLOW_LISTENER = "/segue.v1.Recommender/FollowListener";
const MEBIBYTE = 1024 * 1024;

let scorer: FloodedScorer;
before(async () => {
  scorer = await floodedScorer();
  for (let list = 0; list < 50; list++) await scorer.ask();
});
after(() => scorer.stop());

test("malformed frames and messages get an answer or an end, and the scorer lives", async () => {
  await whileAsking(() => fuzzFrames({ port: scorer.port, frames: 20_000, seed: 1 }));
});

test("a client that resets what it asks for, again and again, is ended", async () => {
  await whileAsking(async () => {
    const socket = await open(greeting());
    const cancel = Buffer.from([0, 0, 0, 8]);
    for (let stream = 1; stream < 40_000 && !socket.destroyed; stream += 2) {
      const reset = frame({ type: FRAME.reset, stream }, cancel);
      socket.write(Buffer.concat([callHeaders(stream, NEXT_TRACKS), reset]));
      if (stream % 1_001 === 0) await wait(1);
    }
    await ended(socket);
  });
});

for (const [what, type, payload] of [
  ["pings", FRAME.ping, Buffer.alloc(8)],
  ["settings", FRAME.settings, Buffer.from([0, 4, 0, 1, 0, 0])],
] as const) {
  test(`a client that floods with ${what} and reads no answer is ended`, async () => {
    await whileAsking(async () => {
      const socket = await open(greeting());
      socket.pause();
      const many = Buffer.concat(Array.from({ length: 1_000 }, () => frame({ type }, payload)));
      for (let turn = 0; turn < 1_000 && !socket.destroyed; turn++) {
        // Paced by time, not by what is drained: the scorer may stop to read.
        socket.write(many);
        await wait(2);
      }
      socket.resume();
      await ended(socket);
    });
  });
}

test("ten thousand idle and half-open connections are capped", async (context) => {
  const quiet = await latenciesWhile(Promise.resolve());
  const descriptors = scorer.descriptors();
  const workerData: IdleFlood = { port: scorer.port, connections: CONNECTIONS };
  const flood = new Worker(new URL("./idle-connections.ts", import.meta.url), { workerData });
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, scorer.descriptors() - descriptors);
  }, 20);
  const flooded = await latenciesWhile(untilOpened(flood));
  clearInterval(looking);
  await flood.terminate();
  const ratio = (percentile(flooded, 0.99) / percentile(quiet, 0.99)).toFixed(2);
  const capped = `${most} of ${CONNECTIONS} were open at most`;
  context.diagnostic(`figure: ${capped}, a good client's p99 was ${ratio} times as long`);
  assert.ok(most > 0 && most <= CONNECTION_LIMITS.connectionsMax, `${most} were open`);
  assert.equal(scorer.exits(), 0);
});

test("a message that unpacks to too much is refused in little memory", async (context) => {
  const bomb = gzipSync(Buffer.alloc(64 * MEBIBYTE));
  const before = scorer.memory();
  let most = before;
  await whileAsking(async () => {
    for (let turn = 0; turn < BOMBS; turn++) {
      assert.equal(await answerTo(bomb), status.RESOURCE_EXHAUSTED);
      most = Math.max(most, scorer.memory());
    }
  });
  // A collector may not have tidied up after any of them yet.
  const each = (most - before) / BOMBS;
  context.diagnostic(`${bomb.length} bytes of 64 MiB took ${(each / MEBIBYTE).toFixed(1)} MiB`);
  assert.ok(each <= 2 * SERVER_LIMITS.requestBytesMax, `${each} bytes`);
});

test("what a client does not read is bounded, and its streams are reset", async (context) => {
  const before = scorer.memory();
  let grown = 0;
  await whileAsking(async () => {
    // No window: nothing of a reply may be sent.
    const socket = await open(greeting([[4, 0]]));
    const ends = untilEnded(socket, DEAF_CALLS);
    for (let call = 0; call < DEAF_CALLS; call++) {
      socket.write(deafCall(call));
      if (call % 8 === 0) await wait(20);
    }
    await wait(300);
    grown = scorer.memory() - before;
    const { reset, refused } = await ends;
    assert.ok(reset > refused, `${refused} calls were refused before there was a reply`);
    assert.ok(!socket.closed, "the connection lives");
    socket.destroy();
  });
  const each = grown / DEAF_CALLS;
  context.diagnostic(`figure: ${(each / 1024).toFixed(0)} KiB a stream, then reset`);
  assert.ok(each <= MEBIBYTE);
});

const BOMBS = 8;
const DEAF_CALLS = 128;
const CONNECTIONS = 10_000;
const MEASURED_ASKS = 300;
const ASK_EVERY_MS = 5;

/** Every other one asks for lists without end. */
function deafCall(call: number): Buffer {
  const request = NextTracksRequest.fromPartial({ listener: "deaf", k: 500 });
  const asked =
    call % 2 === 0
      ? NextTracksRequest.encode(request).finish()
      : FollowListenerRequest.encode(FollowListenerRequest.fromPartial({ request })).finish();
  const stream = 2 * call + 1;
  const path = call % 2 === 0 ? NEXT_TRACKS : FOLLOW_LISTENER;
  return Buffer.concat([callHeaders(stream, path), callMessage(stream, asked)]);
}

/** Resolves once so many streams of the connection have ended: by a reset, or because their call
 *  was refused at once, which needs no window. */
async function untilEnded(socket: Socket, streams: number) {
  const read = frameReader();
  const ends = { reset: 0, refused: 0 };
  for await (const [bytes] of on(socket, "data", { signal: AbortSignal.timeout(120_000) })) {
    for (const { type, flags } of read(bytes)) {
      if (type === FRAME.reset) ends.reset += 1;
      if (type === FRAME.headers && (flags & END_STREAM) !== 0) ends.refused += 1;
    }
    if (ends.reset + ends.refused >= streams) break;
  }
  return ends;
}

/** Asks as a good client all the time that `flood` goes on, and once more afterwards. */
async function whileAsking(flood: () => Promise<unknown>): Promise<void> {
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      await scorer.ask();
      await wait(5);
    }
  })();
  try {
    await flood();
  } finally {
    isOver = true;
  }
  await asking;
  await scorer.ask();
  assert.equal(scorer.exits(), 0);
}

/** How long a good client waits for each of its lists, in milliseconds, until the flood is over. */
async function latenciesWhile(flood: Promise<unknown>): Promise<number[]> {
  const latenciesMs: number[] = [];
  let isOver = false;
  const ending = flood.finally(() => {
    isOver = true;
  });
  while (!isOver || latenciesMs.length < MEASURED_ASKS) {
    const startedMs = performance.now();
    await scorer.ask();
    latenciesMs.push(performance.now() - startedMs);
    await wait(ASK_EVERY_MS);
  }
  await ending;
  return latenciesMs;
}

async function open(first: Buffer): Promise<Socket> {
  const socket = connect(scorer.port, "127.0.0.1");
  socket.on("error", () => socket.destroy());
  socket.resume();
  await once(socket, "connect");
  socket.write(first);
  return socket;
}

async function ended(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, "close", { signal: AbortSignal.timeout(20_000) });
}

/** The gRPC status of a call whose message is packed with gzip. */
async function answerTo(packed: Uint8Array): Promise<status> {
  const session = connectHttp2(`http://127.0.0.1:${scorer.port}`);
  const stream = session.request({
    ":method": "POST",
    ":path": NEXT_TRACKS,
    "content-type": "application/grpc",
    "grpc-encoding": "gzip",
    te: "trailers",
  });
  const whole = callMessage(1, packed, true).subarray(9);
  stream.end(whole);
  stream.resume();
  const [headers] = await once(stream, "response");
  session.destroy();
  return Number(headers["grpc-status"]);
}
