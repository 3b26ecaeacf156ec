import kafkajs from "kafkajs";
import { createKafkaClient, type KafkaAddress } from "./kafka-client.ts";

/** What a user may do with something, as Kafka's tools call it. */
export interface Right {
  readonly user: string;
  readonly what: "topic" | "group" | "transactional id";
  /** The resource's name, or what its name begins with where it ends in a star. */
  readonly name: string;
  readonly operations: readonly ("READ" | "WRITE" | "CREATE" | "DESCRIBE" | "DESCRIBE_CONFIGS")[];
}

/** Lets users do these things and nothing else. */
export async function grantRights(as: KafkaAddress, rights: readonly Right[]): Promise<void> {
  const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
  const types: Readonly<Record<Right["what"], kafkajs.AclResourceTypes>> = {
    topic: AclResourceTypes.TOPIC,
    group: AclResourceTypes.GROUP,
    "transactional id": AclResourceTypes.TRANSACTIONAL_ID,
  };
  const client = createKafkaClient(as, { retriesMax: 5, onNotice: () => undefined });
  const admin = client.admin();
  await admin.connect();
  const acl = rights.flatMap(({ user, what, name, operations }) =>
    operations.map((operation) => ({
      resourceType: types[what],
      resourceName: name.replace(/\*$/, ""),
      resourcePatternType: name.endsWith("*")
        ? ResourcePatternTypes.PREFIXED
        : ResourcePatternTypes.LITERAL,
      principal: `User:${user}`,
      host: "*",
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  );
  await admin.createAcls({ acl });
  await admin.disconnect();
}
