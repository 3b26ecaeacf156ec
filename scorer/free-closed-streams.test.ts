import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate as othersRun } from "node:timers/promises";
import { freeClosedStreams } from "./free-closed-streams.ts";

test("a stream that has closed has no listeners, and those it had were told", async (context) => {
  const end = freeClosedStreams();
  const { ask } = await startServer(context);
  const { stream, told } = await ask();
  assert.deepEqual(told, ["closed"]);
  assert.deepEqual(stream.eventNames(), []);
  stream.write("late");
  stream.destroy(new Error("late"));
  await othersRun();

  end();
  const later = await ask();
  assert.deepEqual(later.told, ["closed"]);
  assert.notEqual(
    later.stream.listenerCount("close"),
    0,
    "it is left as it is once this has ended",
  );
});

async function startServer(context: TestContext) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  context.after(() => {
    session.destroy();
    server.close();
  });
  return {
    async ask() {
      const opened = once(server, "stream");
      const asked = session.request({ ":path": "/" });
      asked.resume();
      const [stream] = (await opened) as [ServerHttp2Stream];
      const told: string[] = [];
      stream.on("close", () => told.push("closed"));
      const gone = new Promise((resolve) => stream.on("close", resolve));
      stream.respond({ ":status": 200 }, { endStream: true });
      await gone;
      await othersRun();
      return { stream, told };
    },
  };
}
