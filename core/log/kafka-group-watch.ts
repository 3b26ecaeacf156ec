import type { GroupHost } from "./group-host.ts";
import { hostOf } from "./kafka-assigner.ts";
import { createKafkaClient, type KafkaAddress, REQUEST_RETRIES_MAX } from "./kafka-client.ts";
import { type LogNoticeListener, writeNotice } from "./log-notice.ts";
import { settlesWithin } from "./settles-within.ts";

export interface GroupWatch {
  /** The hosts of the group and what each of them owns, as all of them last agreed on: while
   *  partitions are given out anew, and while no broker answers, it stays as it was. Undefined
   *  before a group that agrees was seen, empty where nobody in it announces itself. */
  hosts(): readonly GroupHost[] | undefined;
  close(): Promise<void>;
}

export interface GroupWatchOptions extends KafkaAddress {
  readonly topic: string;
  readonly group: string;
  readonly onNotice?: LogNoticeListener;
  /** Told of every look at a group that agrees. */
  readonly onLook?: (hosts: readonly GroupHost[]) => void;
}

const LOOK_WAIT_MS = 500;

/** How long the first look is waited for. */
const FIRST_LOOK_MS = 5_000;

/** Asks the brokers again and again who is in a group and owns what, without joining it. */
export async function watchGroup(options: GroupWatchOptions): Promise<GroupWatch> {
  const { topic, group, onNotice = writeNotice, onLook } = options;
  const client = createKafkaClient(options, { retriesMax: REQUEST_RETRIES_MAX, onNotice });
  const admin = client.admin();
  await admin.connect();
  let hosts: readonly GroupHost[] | undefined;
  let isClosed = false;
  let isKnown = true;
  let timer: NodeJS.Timeout | undefined;
  let looking = look();
  await settlesWithin(looking, FIRST_LOOK_MS);

  async function look(): Promise<void> {
    try {
      const { groups } = await admin.describeGroups([group]);
      const [found] = groups;
      isKnown = true;
      // In any other state brokers tell neither what members announce nor what they own.
      if (found?.state === "Stable") {
        hosts = found.members.flatMap((member) => hostOf(member, topic) ?? []);
        onLook?.(hosts);
      }
    } catch (cause) {
      const message = `the hosts of group ${group} are not known for now`;
      if (!isClosed && isKnown) onNotice({ level: "warning", message, cause });
      isKnown = false;
    }
    if (isClosed) return;
    timer = setTimeout(() => {
      looking = look();
    }, LOOK_WAIT_MS);
  }

  return {
    hosts: () => hosts,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await admin.disconnect();
      await looking;
    },
  };
}
