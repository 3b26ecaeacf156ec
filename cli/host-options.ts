import { Failure } from "../core/domain/failure.ts";
import type { EventLog } from "../core/log/event-log.ts";
import type { GroupHost } from "../core/log/group-host.ts";
import { openKafkaFencedLog } from "../core/log/kafka-fenced-log.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import { type StandbyWish, standbyPartitions } from "../core/log/standby-partitions.ts";
import type { SessionStore } from "../core/state/session-store.ts";
import { CHANGELOG_TOPIC } from "../ingest/changelog/changelog-records.ts";
import { type ChangelogKeeper, keepChangelog } from "../ingest/changelog/keep-changelog.ts";
import type { OptionSpec, Options } from "./command.ts";
import type { LogChoice } from "./open-log.ts";
import { ADVERTISE_OPTIONS, advertisedAddress, watchHosts } from "./peer-options.ts";

export const CHANGELOG_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  changelog: {
    type: "flag",
    help: "keeps a copy of the state on Kafka, so that another host can go on from it",
  },
  ...ADVERTISE_OPTIONS,
  standbys: {
    type: "number",
    help: "hosts that follow each partition beside its owner; needs --changelog and --advertise",
    default: 0,
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

/** What keeps the changelog and follows other hosts' partitions, where the options ask for it.
 *  Throws `bad_configuration` where there is no Kafka to keep it on. */
export async function keeperOf(
  options: Options,
  { choice, ...parts }: KeeperParts,
): Promise<ChangelogKeeper | undefined> {
  const standbys = standbysOf(options);
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
    ...(choice.replicas === undefined ? {} : { replicas: choice.replicas }),
    compacted: true,
    replacedWithinMs: REPLACED_WITHIN_MS,
    onNotice: parts.onNotice,
  });
  const keeper = keepChangelog({ ...parts, changelog });
  const onLook = (hosts: readonly GroupHost[]) =>
    keeper.follow(standbyPartitions(hosts, standbys!));
  const watch = standbys && (await watchHosts(choice, { onNotice: parts.onNotice, onLook }));
  return {
    ...keeper,
    async close() {
      await watch?.close();
      await keeper.close();
      await changelog.close();
    },
  };
}

/** Undefined where no partition is followed. */
function standbysOf(options: Options): StandbyWish | undefined {
  const count = options.number("standbys");
  if (count === 0) return undefined;
  const address = advertisedAddress(options);
  if (!Number.isInteger(count) || count < 0) throw wrong(`${count} is no number of hosts`);
  if (!options.flag("changelog")) throw wrong("what is followed is the changelog: --changelog");
  if (address === undefined) throw wrong("hosts know each other by their --advertise");
  return { address, count };
}

function wrong(message: string): Failure {
  return new Failure("bad_configuration", `--standbys: ${message}`, { field: "--standbys" });
}
