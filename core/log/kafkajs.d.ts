declare module "kafkajs-snappy" {
  /** Makes the codec as kafkajs's `CompressionCodecs` wants it. */
  function snappyCodec(): unknown;
  export = snappyCodec;
}

declare module "kafkajs/src/network/requestQueue/index.js" {
  /** The part of kafkajs's queue of requests that is replaced. */
  class RequestQueue {
    /** Milliseconds since 1970-01-01 UTC, or −1. */
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    pending: unknown[];
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}

declare module "kafkajs/src/consumer/consumerGroup.js" {
  /** The part of kafkajs's member of a group that says that it lives. */
  class ConsumerGroup {
    constructor(parts: { readonly logger: object; readonly instrumentationEmitter: object });
    /** When the last heartbeat was sent, in milliseconds since 1970-01-01 UTC. */
    lastRequest: number;
    heartbeat(due: { readonly interval: number }): Promise<void>;
  }
  export = ConsumerGroup;
}

declare module "kafkajs/src/consumer/batch.js" {
  /** Tells apart what a consumer shall see of what a fetch brought. */
  class Batch<Message> {
    constructor(topic: string, fetchedOffset: string, answer: Batch.FetchedPartition<Message>);
    /** At or above the fetched offset. */
    readonly messagesWithinOffset: readonly Message[];
    /** Of those, no control records and none of an aborted transaction. */
    readonly messages: readonly Message[];
  }
  namespace Batch {
    /** What a fetch brought of one partition. */
    interface FetchedPartition<Message> {
      readonly messages: readonly Message[];
      readonly abortedTransactions: readonly unknown[];
    }
  }
  export = Batch;
}
