import { once } from "node:events";
import { connect } from "node:net";
import { pseudoRandom } from "../../core/bundle/pseudo-random.ts";
import { callHeaders, callMessage, frame, greeting } from "./frames.ts";

const FRAMES_PER_CONNECTION = 40;
const LANES = 8;
/** Neighbouring seeds would begin with much the same numbers. */
const SEED_STRIDE = 0x9e3779b1;
const PAYLOAD_MAX = 200;
const PATHS = [
  "/segue.v1.Recommender/NextTracks",
  "/segue.v1.EventGateway/Publish",
  "/segue.v1.Recommender/NoSuchMethod",
  "/",
];

export interface FuzzOptions {
  readonly port: number;
  readonly frames: number;
  readonly seed: number;
  readonly progress?: (frames: number) => void;
}

/** Sends connections of frames that a seed draws: of any type, length and stream, and calls whose
 *  messages are garbage. Each connection is written whole and then ended. */
export async function fuzzFrames({ port, frames, seed, progress }: FuzzOptions): Promise<number> {
  const connections = Math.ceil(frames / FRAMES_PER_CONNECTION);
  let begun = 0;
  const lane = async () => {
    while (begun < connections) {
      const random = pseudoRandom(Math.imul(seed + begun++, SEED_STRIDE));
      await write(port, Buffer.concat([greeting(), ...drawFrames(random)]));
      if (begun % 250 === 0) progress?.(begun * FRAMES_PER_CONNECTION);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return connections * FRAMES_PER_CONNECTION;
}

function drawFrames(random: () => number): Buffer[] {
  let stream = 1;
  return Array.from({ length: FRAMES_PER_CONNECTION }, () => {
    const isCall = below(random, 3) === 0;
    if (!isCall) return anyFrame(random);
    stream += 2;
    const headers = callHeaders(stream, PATHS[below(random, PATHS.length)]!, oddHeaders(random));
    return Buffer.concat([headers, callMessage(stream, bytes(random), below(random, 4) === 0)]);
  });
}

function anyFrame(random: () => number): Buffer {
  const payload = bytes(random);
  const head = { type: below(random, 12), flags: below(random, 256), stream: below(random, 20) };
  const whole = frame(head, payload);
  // Now and then the length lies.
  if (below(random, 8) === 0) whole.writeUIntBE(below(random, 1 << 24), 0, 3);
  return whole;
}

function oddHeaders(random: () => number): Record<string, string> {
  const odd: Record<string, string>[] = [
    {},
    { "grpc-timeout": "99999999H" },
    { "grpc-timeout": "-1x" },
    { "grpc-encoding": "gzip" },
    { "grpc-encoding": "none-such" },
    { authorization: "Bearer x.y.z" },
    { "odd-bin": "***" },
  ];
  return odd[below(random, odd.length)]!;
}

function bytes(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: below(random, PAYLOAD_MAX) }, () => below(random, 256)));
}

function below(random: () => number, limit: number): number {
  // The source gives numbers from -1 to 1.
  return Math.floor(Math.abs(random()) * limit) % limit;
}

async function write(port: number, all: Buffer): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  // The server may end it in the middle; that is an answer.
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => socket.destroy());
  socket.resume();
  await Promise.race([once(socket, "connect"), closed]).catch(() => closed);
  socket.end(all);
  setTimeout(() => socket.destroy(), 50).unref();
  await closed;
}
