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

declare module "kafkajs/src/consumer/batch.js" {
  import type { KafkaMessage } from "kafkajs";

  /** Tells apart what a consumer shall see of what a fetch brought. */
  class Batch {
    constructor(topic: string, fetchedOffset: string, answer: Batch.FetchedPartition);
    /** At or above the fetched offset. */
    readonly messagesWithinOffset: readonly KafkaMessage[];
    /** Of those, no control records and none of an aborted transaction. */
    readonly messages: readonly KafkaMessage[];
  }
  namespace Batch {
    /** What a fetch brought of one partition. */
    interface FetchedPartition {
      readonly messages: readonly KafkaMessage[];
      readonly abortedTransactions: readonly unknown[];
    }
  }
  export = Batch;
}
