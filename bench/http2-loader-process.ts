import { type Http2Load, openHttp2Load } from "./http2-load.ts";
import type { LoaderOrder } from "./http2-loader.ts";
import { say } from "./own-process.ts";

const loads = new Map<number, Http2Load>();

process.on("message", async ({ load, ...order }: LoaderOrder) => {
  if (order.kind === "open") {
    const messages = order.options.messages.map((text) => Buffer.from(text, "base64"));
    loads.set(load, openHttp2Load({ ...order.options, messages }));
  } else if (order.kind === "close") {
    loads.get(load)!.close();
    loads.delete(load);
  } else if (order.kind === "closed loop") {
    say(await loads.get(load)!.closedLoop(order.seconds));
  } else {
    say(await loads.get(load)!.openLoop(order.rate, order.seconds));
  }
});

process.once("disconnect", () => process.exit());
say({ kind: "ready" });
