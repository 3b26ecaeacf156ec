import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { NextTracksRequest } from "../../proto/gen/segue/v1/recommender.ts";
import { CONNECTION_LIMITS, SERVER_LIMITS } from "../../scorer/limits.ts";
import { type FloodedScorer, floodedScorer } from "./flooded-scorer.ts";
import { callHeaders, callMessage, FRAME, frame, greeting } from "./frames.ts";
import { fuzzFrames } from "./fuzz.ts";

const NEXT_TRACKS = "/segue.v1.Recommender/NextTracks";
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
  const idle: Socket[] = [];
  const descriptors = scorer.descriptors();
  let most = 0;
  await whileAsking(async () => {
    for (let number = 0; number < 10_000; number++) {
      const socket = connect(scorer.port, "127.0.0.1");
      socket.on("error", () => socket.destroy());
      // Every other one greets, and then says nothing.
      if (number % 2 === 0) socket.write(greeting());
      idle.push(socket);
      if (number % 100 === 0) {
        await wait(5);
        most = Math.max(most, scorer.descriptors() - descriptors);
      }
    }
  });
  context.diagnostic(`${most} of ${idle.length} were open at most`);
  for (const socket of idle) socket.destroy();
  assert.ok(most <= CONNECTION_LIMITS.connectionsMax, `${most} were open`);
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

test("replies that a client does not read are bounded", async (context) => {
  const before = scorer.memory();
  let grown = 0;
  await whileAsking(async () => {
    // No window: nothing of a reply may be sent.
    const socket = await open(greeting([[4, 0]]));
    const asked = NextTracksRequest.encode(
      NextTracksRequest.fromPartial({ listener: "deaf", k: 500 }),
    ).finish();
    for (let call = 0; call < SERVER_LIMITS.streamsPerConnectionMax; call++) {
      const stream = 2 * call + 1;
      const headers = callHeaders(stream, NEXT_TRACKS);
      socket.write(Buffer.concat([headers, callMessage(stream, asked)]));
      if (call % 16 === 0) await wait(10);
    }
    await wait(300);
    grown = scorer.memory() - before;
    socket.destroy();
  });
  const each = grown / SERVER_LIMITS.streamsPerConnectionMax;
  context.diagnostic(`${(each / 1024).toFixed(0)} KiB a stream`);
  assert.ok(each <= MEBIBYTE);
});

const BOMBS = 8;

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
