import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { readLogFolder, readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { type Command, UsageError } from "../command.ts";
import { KAFKA_OPTIONS, kafkaSecurity } from "../kafka-options.ts";
import { openLogTarget } from "../log-target.ts";
import { progressBar } from "../progress-bar.ts";
import { pause } from "../stop-signal.ts";

/** Events that are sent together; also the most that are under way at once. */
const BATCH_EVENTS_MAX = 500;

export const replay: Command = {
  usage: "--log DIR --to URL --speed X|max [--limit N]",
  options: {
    log: { type: "text", help: "log folder to send", required: true },
    to: {
      type: "text",
      help: "kafka://HOST:PORT, grpc://HOST:PORT or embedded:FOLDER",
      default: "grpc://127.0.0.1:7600",
    },
    speed: {
      type: "text",
      help: "1 is as it happened, 60 a minute a second, or max",
      default: "1",
    },
    limit: { type: "number", help: "send only the first N events" },
    "topic-prefix": { type: "text", help: "set before the topic's name on Kafka", default: "" },
    ...KAFKA_OPTIONS,
  },
  async run({ options, signal }) {
    const speed = speedOf(options.text("speed"));
    const folder = options.text("log");
    const header = await readLogHeader(folder);
    const total = Math.min(header.events, options.numberIfGiven("limit") ?? header.events);
    const target = await openLogTarget(options.text("to"), {
      topicPrefix: options.text("topic-prefix"),
      security: kafkaSecurity(options),
    });
    const bar = progressBar(process.stderr, () => performance.now());
    const startedAtMs = performance.now();
    let sent = 0;
    try {
      for await (const batch of pacedBatches(readLogFolder(folder), speed, total, signal)) {
        await target.send(batch);
        sent += batch.length;
        bar.show({ label: "replay", done: sent, total });
      }
    } finally {
      bar.end();
      await target.close();
    }
    const seconds = (performance.now() - startedAtMs) / 1000;
    process.stdout.write(
      `${JSON.stringify({ events: sent, seconds: Number(seconds.toFixed(3)) })}\n`,
    );
  },
};

function speedOf(text: string): number {
  const speed = text === "max" ? Number.POSITIVE_INFINITY : Number(text);
  if (!(speed > 0)) throw new UsageError(`--speed must be a number above 0 or max, not "${text}"`);
  return speed;
}

/** Groups events that are due, waiting until the first of the next group is. */
async function* pacedBatches(
  events: AsyncIterable<ListeningEvent>,
  speed: number,
  eventsMax: number,
  signal: AbortSignal,
): AsyncIterable<ListeningEvent[]> {
  let batch: ListeningEvent[] = [];
  let taken = 0;
  let firstAtMs: number | undefined;
  const startedAtMs = performance.now();
  for await (const event of events) {
    if (taken === eventsMax || signal.aborted) break;
    firstAtMs ??= event.happenedAtMs;
    const dueAtMs = startedAtMs + (event.happenedAtMs - firstAtMs) / speed;
    const waitMs = dueAtMs - performance.now();
    if (batch.length === BATCH_EVENTS_MAX || (waitMs > 0 && batch.length > 0)) {
      yield batch;
      batch = [];
    }
    if (waitMs > 0) await pause(waitMs, signal);
    batch.push(event);
    taken++;
  }
  if (batch.length > 0 && !signal.aborted) yield batch;
}
