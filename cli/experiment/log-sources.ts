import { Failure } from "../../core/domain/failure.ts";
import type { ListeningEvent } from "../../core/domain/listening-event.ts";
import { type EventLog, LISTENING_TOPIC, RECOMMENDATION_TOPIC } from "../../core/log/event-log.ts";
import { readLogFolder } from "../../core/log-folder/read-log-folder.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import {
  readEventTopic,
  readListFile,
  readListTopic,
} from "../../trainer/experiments/read-lists.ts";
import type { OptionSpec, Options } from "../command.ts";
import { DEFAULT_HOME } from "../home.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { LISTENER_SALT_OPTION } from "./recommendation-log.ts";

/** Where lists and plays come from: files, or the topics of `--brokers` or `--home`. */
export const EXPERIMENT_COMMAND_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
  recommendations: { type: "text", help: "file of exported lists; the topic without it" },
  log: { type: "text", help: "log folder of what was played; the topic without it" },
  "within-minutes": {
    type: "number",
    help: "a play that names no list belongs to one that was made at most so long before it",
    default: 60,
  },
  ...LISTENER_SALT_OPTION,
  ...LOG_OPTIONS,
};

/** Lists that are kept in memory at once: one to three gigabytes of them. */
const LISTS_MAX = 1_000_000;
const MINUTE_MS = 60_000;

/** The lists of the file or the topic that are wanted. Throws `bad_request` where there are too
 *  many. */
export async function readLists(
  options: Options,
  isWanted: (list: LoggedList) => boolean,
): Promise<LoggedList[]> {
  const lists: LoggedList[] = [];
  for await (const list of listSource(options)) {
    if (!isWanted(list)) continue;
    if (lists.length === LISTS_MAX) {
      const message = `there are more than ${LISTS_MAX} lists; log fewer listeners' (sampled)`;
      throw new Failure("bad_request", message, { field: "--recommendations" });
    }
    lists.push(list);
  }
  return lists;
}

export function listSource(options: Options): AsyncIterable<LoggedList> {
  const file = options.textIfGiven("recommendations");
  return file === undefined
    ? fromTopic(options, RECOMMENDATION_TOPIC, readListTopic)
    : readListFile(file);
}

export function eventSource(options: Options): AsyncIterable<ListeningEvent> {
  const folder = options.textIfGiven("log");
  return folder === undefined
    ? fromTopic(options, LISTENING_TOPIC, readEventTopic)
    : readLogFolder(folder);
}

/** How lists and plays are joined. Throws `bad_configuration` for a time that is none. */
export function joining(options: Options): { readonly salt: string; readonly withinMs: number } {
  const salt = options.textIfGiven("listener-salt") ?? "";
  return { salt, withinMs: positive(options, "within-minutes") * MINUTE_MS };
}

export function positive(options: Options, name: string): number {
  const value = options.number(name);
  if (value > 0) return value;
  const message = `--${name} is ${value}, not above 0`;
  throw new Failure("bad_configuration", message, { field: `--${name}` });
}

async function* fromTopic<T>(
  options: Options,
  topic: string,
  read: (log: EventLog) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const log = await openLog(logChoice(options), topic);
  try {
    yield* read(log);
  } finally {
    await log.close();
  }
}
