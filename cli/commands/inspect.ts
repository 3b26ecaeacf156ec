import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { Partition } from "../../core/domain/ids.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { readLogHeader } from "../../core/log-folder/read-log-folder.ts";
import { GetListenerResponse } from "../../proto/gen/segue/v1/recommender.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { DEFAULT_HOME } from "../home.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { connectClient } from "../recommender-client.ts";
import { DEFAULT_ADDRESS } from "./recommend.ts";

export const inspect: Command = {
  usage: "bundle DIR | listener L | log-folder DIR | log",
  words: { least: 1, most: 2 },
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    to: { type: "text", help: "the scorer to ask about a listener", default: DEFAULT_ADDRESS },
    ...LOG_OPTIONS,
  },
  async run(input) {
    const [what, target] = input.words;
    const shown = await show(what!, target, input);
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  },
};

async function show(what: string, target: string | undefined, input: CommandInput) {
  if (what === "log") return showLog(input);
  if (target === undefined) throw new UsageError(`inspect ${what} needs a second word`);
  if (what === "bundle") return showBundle(target);
  if (what === "listener") return showListener(target, input.options.text("to"));
  if (what === "log-folder") return readLogHeader(target);
  throw new UsageError(`cannot inspect "${what}"`);
}

/** Opening checks everything, so that what is shown is what a scorer would serve. */
async function showBundle(folder: string) {
  const { manifest } = await openBundle(folder);
  return manifest;
}

async function showListener(listener: string, address: string) {
  const client = connectClient(address);
  try {
    return GetListenerResponse.toJSON(await client.getListener(listener));
  } finally {
    client.close();
  }
}

async function showLog({ options }: CommandInput) {
  const log = await openLog(logChoice(options), LISTENING_TOPIC);
  try {
    const partitions = [];
    for (let partition = 0; partition < log.partitions; partition++) {
      partitions.push({ partition, ...(await log.watermarks(partition as Partition)) });
    }
    const records = partitions.reduce((sum, { first, next }) => sum + next - first, 0);
    return { topic: log.topic, records, partitions };
  } finally {
    await log.close();
  }
}
