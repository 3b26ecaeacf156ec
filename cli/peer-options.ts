import { Failure } from "../core/domain/failure.ts";
import type { Partition } from "../core/domain/ids.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import {
  type GroupWatch,
  type GroupWatchOptions,
  watchGroup,
} from "../core/log/kafka-group-watch.ts";
import type { LogNoticeListener } from "../core/log/log-notice.ts";
import type { StateReader } from "../core/state/session-store.ts";
import { INGEST_GROUP } from "../ingest/consume.ts";
import { answerByOwners, type Owners } from "../scorer/owners/owners.ts";
import { peerCredentials, plainCredentials } from "../scorer/owners/peer-credentials.ts";
import { openPeers } from "../scorer/owners/peers.ts";
import type { OptionSpec, Options } from "./command.ts";
import type { LogChoice } from "./open-log.ts";

/** How hosts that share the partitions of the log find each other. */
export const ADVERTISE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  advertise: {
    type: "text",
    help: "HOST:PORT at which other hosts reach this host's scorer; the same for ingest and serve",
  },
};

export const PEER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...ADVERTISE_OPTIONS,
  "peer-ca": {
    type: "text",
    help: "PEM file of the authority of other hosts' certificates; TLS to them is then on",
  },
};

/** This host's address; undefined where it has none. Throws `bad_configuration` for what is no
 *  address, and where there is no Kafka to share. */
export function advertisedAddress(options: Options): string | undefined {
  const address = options.textIfGiven("advertise");
  if (address === undefined) return undefined;
  if (!/^\S+:\d+$/.test(address)) throw wrong(`"${address}" is no HOST:PORT`);
  if (options.textIfGiven("brokers") === undefined) {
    throw wrong("hosts share the partitions of Kafka: it needs --brokers");
  }
  return address;
}

/** Watches which host owns which partitions. */
export function watchHosts(
  choice: Exclude<LogChoice, { readonly folder: string }>,
  options: Pick<GroupWatchOptions, "onNotice" | "onLook">,
): Promise<GroupWatch> {
  return watchGroup({
    ...options,
    ...choice.security,
    brokers: choice.brokers,
    clientId: "segue",
    topic: `${choice.topicPrefix}${LISTENING_TOPIC}`,
    group: `${choice.topicPrefix}${INGEST_GROUP}`,
  });
}

export interface OwnersParts {
  readonly choice: LogChoice;
  /** The listening topic. */
  readonly log: EventLog;
  readonly state: StateReader;
  readonly onNotice: LogNoticeListener;
  readonly onPassedOn: (isAnswered: boolean) => void;
}

export interface SharedListeners {
  readonly owners: Owners;
  /** Whether another host owns a partition, as far as this one knows. */
  isOthers(partition: Partition): boolean;
  close(): Promise<void>;
}

/** Who answers for listeners of other hosts; undefined where this host has no address. */
export async function ownersOf(
  options: Options,
  { choice, ...parts }: OwnersParts,
): Promise<SharedListeners | undefined> {
  const self = advertisedAddress(options);
  if (self === undefined || "folder" in choice) return undefined;
  const credentials = credentialsOf(options);
  // A file that cannot be read stops the start, not the first call.
  credentials();
  const peers = openPeers({ credentials, nowMs: () => performance.now() });
  const watch = await watchHosts(choice, { onNotice: parts.onNotice });
  return {
    owners: answerByOwners({ ...parts, self, hosts: watch.hosts, peers }),
    isOthers(partition) {
      const owner = watch.hosts()?.find(({ owns }) => owns.includes(partition));
      return owner !== undefined && owner.address !== self;
    },
    async close() {
      peers.close();
      await watch.close();
    },
  };
}

/** As the others are configured: with TLS where this host has it, or an authority for it is named;
 *  with a certificate of this host where its own callers must show one. */
function credentialsOf(options: Options) {
  const [authority, certificate, key, clientAuthority] = [
    "peer-ca",
    "tls-cert",
    "tls-key",
    "tls-client-ca",
  ].map((name) => options.textIfGiven(name));
  if (authority === undefined && certificate === undefined) return plainCredentials;
  const shows = clientAuthority !== undefined && certificate !== undefined && key !== undefined;
  return () => peerCredentials({ authority, own: shows ? { certificate, key } : undefined });
}

function wrong(message: string): Failure {
  return new Failure("bad_configuration", `--advertise: ${message}`, { field: "--advertise" });
}
