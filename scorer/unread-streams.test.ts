import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Stream, connect, constants, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { endUnreadStreams } from "./unread-streams.ts";

const LIMITS = { unreadMs: 30_000, unreadSweepMs: 5 };
/** Less than is sent, so that something waits. */
const WINDOW_BYTES = 1_000;

test("a stream that nobody reads is reset, and its neighbours are not", async (context) => {
  const { ask, clock } = await startWatched(context);
  const deaf = ask("/long");
  const silent = ask("/nothing");
  deaf.pause();
  await Promise.all([once(deaf, "response"), once(silent, "response")]);
  await looks();
  clock.nowMs += LIMITS.unreadMs - 1;
  await looks();
  assert.ok(!deaf.closed);
  clock.nowMs += 1;
  await once(deaf, "close");
  assert.equal(deaf.rstCode, constants.NGHTTP2_CANCEL);
  assert.ok(!silent.closed, "nothing waits in it");
  const next = ask("/long");
  assert.equal(await lengthOf(next), LENGTH, "the connection lives");
});

test("a stream that is read slowly goes on", async (context) => {
  const { ask, clock } = await startWatched(context);
  const slow = ask("/parts");
  let read = 0;
  for await (const bytes of slow) {
    read += (bytes as Buffer).length;
    await looks();
    clock.nowMs += LIMITS.unreadMs / 4;
  }
  assert.equal(read, LENGTH);
});

const LENGTH = 8 * WINDOW_BYTES;

function looks(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 4 * LIMITS.unreadSweepMs));
}

async function lengthOf(stream: ClientHttp2Stream): Promise<number> {
  let length = 0;
  for await (const bytes of stream) length += (bytes as Buffer).length;
  return length;
}

/** A server that answers with LENGTH bytes, at once or in parts, or keeps its stream open. */
async function startWatched(context: TestContext) {
  const clock = { nowMs: 1_000 };
  const endWatch = endUnreadStreams(LIMITS, () => clock.nowMs);
  const server = createServer();
  server.on("stream", (stream, { ":path": path }) => {
    stream.on("error", () => stream.destroy());
    stream.respond();
    if (path === "/long") stream.end(Buffer.alloc(LENGTH));
    if (path === "/parts") {
      for (let part = 0; part < LENGTH; part += WINDOW_BYTES) {
        stream.write(Buffer.alloc(WINDOW_BYTES));
      }
      stream.end();
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`, {
    settings: { initialWindowSize: WINDOW_BYTES },
  });
  context.after(() => {
    endWatch();
    client.destroy();
    server.close();
  });
  const ask = (path: string) => {
    const stream = client.request({ ":path": path });
    stream.on("error", () => stream.destroy());
    return stream;
  };
  return { ask, clock };
}
