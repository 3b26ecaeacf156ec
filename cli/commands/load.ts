import { writeFile } from "node:fs/promises";
import { Failure } from "../../core/domain/failure.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { NextTracksRequest, RecommenderService } from "../../proto/gen/segue/v1/recommender.ts";
import { type Command, type Options, UsageError } from "../command.ts";
import { framed, type Http2Calls, openHttp2Calls } from "../load/http2-calls.ts";
import { eventsOf, stageOfLog } from "../load/listening-load.ts";
import { loadFigures, loadPage, loadTable } from "../load/load-report.ts";
import { type Job, runStage, type StageResult } from "../load/run-stage.ts";
import { objectiveOf, type Stage, stagesOf } from "../load/stages.ts";
import { type LogTarget, openLogTarget } from "../log-target.ts";
import { progressBar } from "../progress-bar.ts";
import { DEFAULT_ADDRESS } from "./recommend.ts";

const READY_MS = 10_000;
const NEXT_TRACKS = RecommenderService.nextTracks.path;

export const load: Command = {
  usage: "[--to HOST:PORT] [--rate N | --ramp FROM:TO:STEPS | --log DIR --speed X] [--seconds N]",
  options: {
    to: { type: "text", help: "the scorer, as HOST:PORT", default: DEFAULT_ADDRESS },
    rate: { type: "number", help: "jobs a second, each one list", default: 100 },
    seconds: { type: "number", help: "how long each stage lasts", default: 10 },
    ramp: { type: "text", help: "FROM:TO:STEPS, a staircase of rates that finds the knee" },
    log: { type: "text", help: "log folder whose listeners ask, event by event" },
    speed: { type: "number", help: "with --log: as it was heard, so many times as fast" },
    publish: {
      type: "text",
      help: "with --log: send each event first, to grpc://HOST:PORT or kafka://HOST:PORT",
    },
    "topic-prefix": { type: "text", help: "set before the topic's name on Kafka", default: "" },
    listeners: { type: "number", help: "without --log: so many listeners ask", default: 1000 },
    k: { type: "number", help: "tracks of a list", default: 20 },
    connections: { type: "number", help: "connections to the scorer", default: 4 },
    "warm-seconds": {
      type: "number",
      help: "asks one by one so long before it counts",
      default: 2,
    },
    objective: { type: "text", help: "such as p99=25ms; exit code 1 where a stage misses it" },
    json: { type: "flag", help: "print the figures as JSON" },
    out: { type: "text", help: "HTML file to write the figures and their plot to" },
  },
  async run({ options, signal }) {
    const text = options.textIfGiven("objective");
    const objective = text === undefined ? undefined : { ...objectiveOf(text), text };
    const folder = options.textIfGiven("log");
    const events = folder === undefined ? undefined : await eventsOf(folder);
    const stages = plannedStages(options, events);
    const connections = options.number("connections");
    const calls = await openHttp2Calls(options.text("to"), { connections, readyMs: READY_MS });
    const target = await publishTarget(options, events);
    const bar = progressBar(process.stderr, () => performance.now());
    const results: StageResult[] = [];
    try {
      const prepare = jobs(calls, { options, events, target });
      const nowMs = () => performance.now();
      // Without events: those are for the stages, in the log's order.
      const ask = jobs(calls, { options, events, target: undefined });
      await warmUp(ask, options.number("warm-seconds"), signal);
      for (const stage of stages) {
        if (signal.aborted) break;
        const total = Math.round(stage.rate * stage.seconds);
        const label = `${stage.rate.toFixed(0)}/s`;
        const onProgress = (done: number) => bar.show({ label, done, total });
        results.push(await runStage(stage, { prepare, nowMs, signal, onProgress }));
      }
    } finally {
      bar.end();
      calls.close();
      await target?.close();
    }
    const figures = loadFigures(results, objective);
    const json = options.flag("json");
    process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : loadTable(figures));
    const out = options.textIfGiven("out");
    if (out !== undefined) await writeFile(out, loadPage(figures));
    if (figures.objective?.met === false) {
      throw new Failure("bad_request", `the objective ${text} was missed`, {
        field: "--objective",
      });
    }
  },
};

/** Asks one list after the other: what runs for the first time is slow, here and at the scorer, and
 *  nobody wants to know how slow. A few hundred calls are not enough for this process to be as
 *  quick as it gets. */
async function warmUp(prepare: () => Job, seconds: number, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + seconds * 1000;
  while (performance.now() < untilMs && !signal.aborted) await prepare()();
}

function plannedStages(
  options: Options,
  events: readonly ListeningEvent[] | undefined,
): readonly Stage[] {
  const seconds = options.number("seconds");
  const speed = options.numberIfGiven("speed");
  if (speed === undefined) {
    return stagesOf(options.number("rate"), seconds, options.textIfGiven("ramp"));
  }
  if (events === undefined) throw new UsageError("--speed needs --log");
  return [stageOfLog(events, speed, seconds)];
}

async function publishTarget(
  options: Options,
  events: readonly ListeningEvent[] | undefined,
): Promise<LogTarget | undefined> {
  const url = options.textIfGiven("publish");
  if (url === undefined) return undefined;
  if (events === undefined) throw new UsageError("--publish needs --log");
  return openLogTarget(url, { topicPrefix: options.text("topic-prefix") });
}

/** Makes the next job with each call: its event is sent, where events shall be, and its listener
 *  asks. */
function jobs(
  calls: Http2Calls,
  from: {
    readonly options: Options;
    readonly events: readonly ListeningEvent[] | undefined;
    readonly target: LogTarget | undefined;
  },
): () => Job {
  const { options, events, target } = from;
  const k = options.number("k");
  const listeners = options.number("listeners");
  let next = 0;
  return () => {
    const number = next++;
    const event = events?.[number % events.length];
    const listener = event?.listener ?? `listener-${number % listeners}`;
    const request = NextTracksRequest.fromPartial({ listener, k });
    const frame = framed(NextTracksRequest.encode(request).finish());
    if (event === undefined || target === undefined) return () => calls.ask(NEXT_TRACKS, frame);
    return async () => {
      await target.send([event]);
      return calls.ask(NEXT_TRACKS, frame);
    };
  };
}
