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
