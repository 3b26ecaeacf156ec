import type { Partition } from "../../core/domain/ids.ts";
import type { ChangePublisher } from "./publish-changes.ts";

/** The publishers of all partitions that a host owns. */
export interface Publishers {
  get(partition: Partition): ChangePublisher | undefined;
  add(partition: Partition, publisher: ChangePublisher): void;
  /** Closes the partition's publisher once what it writes is written. */
  remove(partition: Partition): void;
  /** Lets each write what waits, one after the other. A call while one goes on waits for that. */
  publish(): Promise<void>;
  /** Records of the listening log that the changelog is behind the store, over all. */
  behind(): number;
  close(): Promise<void>;
}

export function allPublishers(): Publishers {
  const publishers = new Map<Partition, ChangePublisher>();
  let publishing = Promise.resolve();
  let isWriting = false;

  async function publishAll(): Promise<void> {
    for (const publisher of publishers.values()) await publisher.publish();
  }

  return {
    get: (partition) => publishers.get(partition),
    add: (partition, publisher) => void publishers.set(partition, publisher),
    remove(partition) {
      const publisher = publishers.get(partition);
      publishers.delete(partition);
      void publishing.then(() => publisher?.close());
    },
    publish() {
      // None waits behind one that is slow.
      if (isWriting) return publishing;
      isWriting = true;
      publishing = publishAll().finally(() => {
        isWriting = false;
      });
      return publishing;
    },
    behind: () => [...publishers.values()].reduce((sum, one) => sum + one.behind(), 0),
    async close() {
      await Promise.all([...publishers.values()].map((publisher) => publisher.close()));
    },
  };
}
