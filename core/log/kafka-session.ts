/** How a member of a group shows that it lives, as kafkajs takes it, in milliseconds. */
export interface SessionTimes {
  /** A member that says nothing for this long loses its partitions. */
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  /** How long the members have to join again when one comes or goes. */
  readonly rebalanceTimeout: number;
}

const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
/** One member that is stuck in a batch holds up all the others for so long, and must not make a
 *  watchdog end them. */
const REBALANCE_TIMEOUT_MS = 15_000;
/** At the least; a heartbeat that is late must not end the session. */
const HEARTBEATS_A_SESSION = 3;

export function sessionTimes(sessionTimeoutMs = SESSION_TIMEOUT_MS): SessionTimes {
  const heartbeatMs = Math.floor(sessionTimeoutMs / HEARTBEATS_A_SESSION);
  return {
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_INTERVAL_MS, heartbeatMs),
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
  };
}
