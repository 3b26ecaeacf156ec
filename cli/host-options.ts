import { Failure } from "../core/domain/failure.ts";
import type { EventLog } from "../core/log/event-log.ts";
import { openKafkaFencedLog } from "../core/log/kafka-fenced-log.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { CHANGELOG_TOPIC } from "../ingest/changelog/changelog-records.ts";
import { type ChangelogKeeper, keepChangelog } from "../ingest/changelog/keep-changelog.ts";
import type { OptionSpec, Options } from "./command.ts";
import type { LogChoice } from "./open-log.ts";

export const CHANGELOG_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  changelog: {
    type: "flag",
    help: "keeps a copy of the state on Kafka, so that another host can go on from it",
  },
};

/** A forgotten listener's record is gone from the changelog's files within about this time. */
const REPLACED_WITHIN_MS = 24 * 60 * 60 * 1000;

export interface KeeperParts {
  readonly choice: LogChoice;
  /** The listening topic. */
  readonly log: EventLog;
  readonly store: SessionStore;
  readonly onNotice: LogNoticeListener;
  readonly onProgress: () => void;
}

/** What keeps the changelog, where the options ask for one. Throws `bad_configuration` where there
 *  is no Kafka to keep it on. */
export async function keeperOf(
  options: Options,
  { choice, ...parts }: KeeperParts,
): Promise<ChangelogKeeper | undefined> {
  if (!options.flag("changelog")) return undefined;
  if ("folder" in choice) {
    const message = "a changelog is kept on Kafka: it needs --brokers";
    throw new Failure("bad_configuration", message, { field: "--changelog" });
  }
  const changelog = await openKafkaFencedLog({
    brokers: choice.brokers,
    ...choice.security,
    clientId: "segue",
    topic: `${choice.topicPrefix}${CHANGELOG_TOPIC}`,
    partitions: parts.log.partitions,
    compacted: true,
    replacedWithinMs: REPLACED_WITHIN_MS,
    onNotice: parts.onNotice,
  });
  const keeper = keepChangelog({ ...parts, changelog });
  return {
    ...keeper,
    async close() {
      await keeper.close();
      await changelog.close();
    },
  };
}
