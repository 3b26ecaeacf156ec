import type { Http2Load, LoadOptions, LoadResult } from "./http2-load.ts";
import { startOwnProcess } from "./own-process.ts";

/** Opens loads in a process of its own, so that what else a benchmark does, and the garbage that it
 *  leaves, delays no answer. Its loops run one after the other. */
export interface Http2Loader {
  readonly pid: number;
  open(options: LoaderOptions): Http2Load;
  close(): Promise<void>;
}

export type LoaderOptions = Pick<LoadOptions, "path" | "port" | "messages" | "connections">;

export type LoaderOrder = { readonly load: number } & (
  | { readonly kind: "open"; readonly options: Sent }
  | { readonly kind: "closed loop"; readonly seconds: number }
  | { readonly kind: "open loop"; readonly rate: number; readonly seconds: number }
  | { readonly kind: "close" }
);

/** With messages in base64. */
export type Sent = Omit<LoaderOptions, "messages"> & { readonly messages: readonly string[] };

/** Node keeps each stream until all objects are collected, or moves it with the young ones: little
 *  at a time, and with no thread of the same core to wait for. */
const SHORT_PAUSES = ["--max-semi-space-size=4", "--single-threaded-gc"];
const PROCESS = new URL("./http2-loader-process.ts", import.meta.url);

export async function startHttp2Loader(): Promise<Http2Loader> {
  const loader = await startOwnProcess<LoaderOrder, LoadResult>(PROCESS, {}, SHORT_PAUSES);
  let opened = 0;
  return {
    pid: loader.pid,
    open({ messages, ...options }) {
      const load = opened++;
      const encoded = messages.map((message) => Buffer.from(message).toString("base64"));
      loader.order({ load, kind: "open", options: { ...options, messages: encoded } });
      return {
        closedLoop(seconds) {
          loader.order({ load, kind: "closed loop", seconds });
          return loader.hears();
        },
        openLoop(rate, seconds) {
          loader.order({ load, kind: "open loop", rate, seconds });
          return loader.hears();
        },
        close: () => loader.order({ load, kind: "close" }),
      };
    },
    close: loader.close,
  };
}
