import { ACCESS_OPTIONS, accessArgs } from "../access-options.ts";
import type { Command, CommandInput } from "../command.ts";
import { EVICT_OPTIONS } from "../evict-options.ts";
import { EXPERIMENT_OPTIONS, experimentArgs } from "../experiment/serve-experiments.ts";
import { DEFAULT_HOME } from "../home.ts";
import { kafkaArgs } from "../kafka-options.ts";
import { NOTICE_OPTIONS } from "../notices.ts";
import { LOG_OPTIONS } from "../open-log.ts";
import { consolePortOf, PAGE_OPTIONS, preparePage } from "../prepare-page.ts";
import { startPair } from "../process-pair.ts";
import { ADDRESS_OPTIONS, BUNDLE_OPTIONS } from "../shared-options.ts";
import { TRACES_OPTIONS } from "../traces/traces.ts";

export const dev: Command = {
  usage: "[--home DIR] [--bundle DIR] [--port N] [--console-port N]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...ADDRESS_OPTIONS,
    ...PAGE_OPTIONS,
    ...LOG_OPTIONS,
    "health-port": {
      type: "number",
      help: "the scorer answers there over HTTP: /ready, /live, /metrics; ingest at the next port",
    },
    ...EVICT_OPTIONS,
    ...NOTICE_OPTIONS,
    ...TRACES_OPTIONS,
    ...ACCESS_OPTIONS,
    ...EXPERIMENT_OPTIONS,
  },
  async run(input: CommandInput) {
    const { options, signal } = input;
    await preparePage();
    const pair = await startPair({
      home: options.text("home"),
      bundle: options.textIfGiven("bundle"),
      host: options.text("host"),
      port: options.number("port"),
      consolePort: consolePortOf(options),
      brokers: options.textIfGiven("brokers"),
      topicPrefix: options.text("topic-prefix"),
      kafkaArgs: kafkaArgs(options),
      healthPort: options.numberIfGiven("health-port"),
      logFormat: options.text("log-format"),
      tracesEndpoint: options.textIfGiven("traces-endpoint"),
      scorerArgs: [...accessArgs(options), ...experimentArgs(options), "--reflection"],
      ingestArgs: ["--evict-after-days", String(options.number("evict-after-days"))],
      signal,
    });
    process.stdout.write(`segue is ready: page ${pair.page}, grpc ${pair.address}\n`);
    await pair.finished;
  },
};
