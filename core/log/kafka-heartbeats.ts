import ConsumerGroup from "kafkajs/src/consumer/consumerGroup.js";

/** kafkajs 2.2.4 asks the machine's clock whether a heartbeat is due. Where that clock is set back,
 *  none would be due until it has come as far again: the group would give this member's partitions
 *  away while it reads on. A heartbeat of the future counts as none. */
export function keepHeartbeats(): void {
  if (isKept) return;
  isKept = true;
  const { heartbeat } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.heartbeat = function (this: ConsumerGroup, due) {
    if (this.lastRequest > Date.now()) this.lastRequest = 0;
    return heartbeat.call(this, due);
  };
}

let isKept = false;
