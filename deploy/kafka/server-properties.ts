import { type BrokerSecurity, SECURED_LISTENER } from "./broker-security.ts";

export interface ServerPlace {
  /** The address that clients are told to connect to, and that the broker listens on. */
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  /** The folder of the broker's data. */
  readonly data: string;
  /** Where clients must show who they are, and the port that the broker calls itself at. */
  readonly secured?: { readonly security: BrokerSecurity; readonly ownPort: number } | undefined;
}

/** The text of `server.properties` for one node that is broker and controller at once. Whatever is
 *  replicated elsewhere has one copy here, and a group starts with its first member. */
export function serverProperties(place: ServerPlace): string {
  const { controllerPort, data } = place;
  const properties = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    ...listeners(place),
    "log.dirs": data,
    "auto.create.topics.enable": false,
    // A killed broker is let in again only when its old session is over.
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "log.segment.bytes": 64 * 1024 * 1024,
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
  };
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  return `${lines.join("\n")}\n`;
}

function listeners({ host, port, controllerPort, secured }: ServerPlace): Record<string, string> {
  const controller = `CONTROLLER://127.0.0.1:${controllerPort}`;
  const plain = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT";
  if (secured === undefined) {
    const clients = `PLAINTEXT://${host}:${port}`;
    return {
      "listener.security.protocol.map": plain,
      listeners: `${clients},${controller}`,
      "advertised.listeners": clients,
    };
  }
  const own = `PLAINTEXT://127.0.0.1:${secured.ownPort}`;
  const clients = `${SECURED_LISTENER}://${host}:${port}`;
  return {
    "listener.security.protocol.map": `${plain},${SECURED_LISTENER}:SASL_SSL`,
    listeners: `${clients},${own},${controller}`,
    "advertised.listeners": `${clients},${own}`,
    "inter.broker.listener.name": "PLAINTEXT",
    ...secured.security.properties,
  };
}
