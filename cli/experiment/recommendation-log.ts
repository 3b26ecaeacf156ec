import { Failure } from "../../core/domain/failure.ts";
import { type EmbeddedLog, openEmbeddedLog } from "../../core/log/embedded-log.ts";
import { type EventLog, RECOMMENDATION_TOPIC } from "../../core/log/event-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { forgetOldLists } from "../../scorer/experiments/forget-old-lists.ts";
import {
  NOT_LOGGED_REASONS,
  openRecommendationLog,
  type RecommendationLog,
} from "../../scorer/experiments/recommendation-log.ts";
import type { OptionSpec, Options } from "../command.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { logChoice, openLog, partitionsOf } from "../open-log.ts";

export const LISTENER_SALT_OPTION: Readonly<Record<string, OptionSpec>> = {
  "listener-salt": {
    type: "text",
    help: "what listeners' hashes are salted with; from environment or file alone",
    secret: true,
  },
};

export const RECOMMENDATION_LOG_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "recommendation-log": {
    type: "text",
    help: "whose lists are logged: off, sampled (all lists of a share of listeners) or full",
    default: "off",
  },
  "recommendation-log-share": {
    type: "number",
    help: "the share of listeners whose lists are logged where they are sampled",
    default: 0.05,
  },
  "recommendation-log-days": {
    type: "number",
    help: "how long the embedded log keeps lists; on Kafka the topic's retention.ms says it",
    default: 30,
  },
  ...LISTENER_SALT_OPTION,
};

const DAY_MS = 24 * 60 * 60 * 1000;
const FORGET_EVERY_MS = 60 * 60 * 1000;

export interface LoggingParts {
  readonly metrics: Metrics;
  readonly onNotice: LogNoticeListener;
}

/** Opens the recommendation log as `--recommendation-log` says; where it is off, nothing is opened
 *  and nothing taken. Throws `bad_configuration`. */
export async function recommendationLogOf(
  options: Options,
  { metrics, onNotice }: LoggingParts,
): Promise<RecommendationLog> {
  const share = loggedShare(options);
  const logged = metrics.counter("segue_recommendations_logged_total");
  const notLogged = metrics.counter("segue_recommendations_not_logged_total");
  for (const reason of NOT_LOGGED_REASONS) notLogged.inc({ reason }, 0);
  if (share === 0) return { take: () => undefined, close: async () => undefined };
  const { log, stop } = await openRecommendations(options, onNotice);
  const queue = openRecommendationLog({
    log,
    share,
    salt: options.textIfGiven("listener-salt") ?? "",
    now: Date.now,
    onLogged: (lists) => logged.inc(lists),
    onNotLogged: (reason, lists) => notLogged.inc({ reason }, lists),
    onNotice,
  });
  return {
    take: queue.take,
    async close() {
      await stop();
      await queue.close();
      await log.close();
    },
  };
}

function loggedShare(options: Options): number {
  const mode = options.text("recommendation-log");
  if (mode === "off") return 0;
  if (mode === "full") return 1;
  if (mode !== "sampled") throw wrong("recommendation-log", `is "${mode}": off, sampled or full`);
  const share = options.number("recommendation-log-share");
  if (share > 0 && share <= 1) return share;
  throw wrong("recommendation-log-share", `is ${share}, not above 0 and at most 1`);
}

async function openRecommendations(
  options: Options,
  onNotice: LogNoticeListener,
): Promise<{ readonly log: EventLog; stop(): Promise<void> }> {
  const choice = logChoice(options);
  if (!("folder" in choice)) {
    const log = await openLog(choice, RECOMMENDATION_TOPIC, onNotice);
    return { log, stop: async () => undefined };
  }
  const days = options.number("recommendation-log-days");
  if (!(days > 0)) throw wrong("recommendation-log-days", `is ${days}, not above 0`);
  const topic = RECOMMENDATION_TOPIC;
  const place = { folder: choice.folder, topic, partitions: partitionsOf(topic) };
  const log = await openEmbeddedLog({ ...place, onNotice });
  return { log, stop: forgetting(log, days, onNotice) };
}

/** Forgets what is too old, now and every hour, until the returned function is called. */
function forgetting(
  log: EmbeddedLog,
  days: number,
  onNotice: LogNoticeListener,
): () => Promise<void> {
  let underWay: Promise<void>;
  const forget = () => {
    underWay = forgetOldLists(log, Date.now() - days * DAY_MS).catch((cause: unknown) => {
      onNotice({ level: "error", message: "old lists stay in the recommendation log", cause });
    });
  };
  forget();
  const timer = setInterval(forget, FORGET_EVERY_MS);
  return () => {
    clearInterval(timer);
    return underWay;
  };
}

function wrong(option: string, why: string): Failure {
  return new Failure("bad_configuration", `--${option} ${why}`, { field: `--${option}` });
}
