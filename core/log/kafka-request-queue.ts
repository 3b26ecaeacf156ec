import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

/** In kafkajs 2.2.4 every connection that has ever answered wakes each millisecond for as long as
 *  it lives (tulios/kafkajs#1704): 5% of a core when idle, and a warning of Node about a negative
 *  timeout. This waits only where requests wait: otherwise `push` or an answer checks anyway. */
export function quietRequestQueues(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    const throttledForMs = this.throttledUntil - Date.now();
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const waitMs = Math.max(throttledForMs, CHECK_PENDING_MS);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, waitMs);
  };
}

const CHECK_PENDING_MS = 10;
