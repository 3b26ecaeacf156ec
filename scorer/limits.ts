/** What a request may ask for at most, and what it gets where it does not say. */
export const REQUEST_LIMITS = {
  tracksDefault: 20,
  tracksMax: 500,
  excludedTracksMax: 100_000,
  candidateTracksMax: 100_000,
  rankedTracksMax: 1000,
  excludeHeardDefault: 1,
  excludeHeardMax: 32,
  pendingEventsMax: 32,
  /** With the replay of all events these are 16 and 32 rows of a wave. */
  explainedEventsDefault: 15,
  explainedEventsMax: 31,
  /** Of those that brought a track, and of those that held it back. */
  influencesMax: 3,
  boostsMax: 8,
  boostScoreMax: 100,
  temperatureMax: 1000,
  explorationPoolDefault: 50,
  explorationPoolMax: 200,
  seedTracksMax: 100,
  /** Of artists, and of genres. */
  seedGroupsMax: 20,
  seedWeightMax: 1000,
  pathTracksMax: 100,
  tempoMax: 1000,
  targetWeightDefault: 5,
  targetWeightMax: 100,
  pagedTracksMax: 2000,
} as const;

/** How a reply waits for a record that the caller wants heard. */
export const CATCH_UP_LIMITS = {
  pollMs: 1,
  /** Where the caller gave no deadline, or a later one. */
  waitMs: 1000,
  /** What is left of the caller's deadline to make and send the reply. */
  marginMs: 50,
} as const;

/** How lists are sent to those who follow a listener. */
export const FOLLOW_LIMITS = {
  /** How often it is looked whether something was heard. */
  pollMs: 20,
  intervalDefaultMs: 200,
  intervalMinMs: 50,
  intervalMaxMs: 60_000,
  /** Over all connections; more are refused at once. */
  streamsMax: 1000,
} as const;

/** How a call is passed on to the host that owns its listener. */
export const FORWARD_LIMITS = {
  /** A wait for `at_least` and a list, and then some. */
  waitMs: 2000,
  /** What is left of the caller's deadline for an answer from here. */
  marginMs: 60,
  /** A host that did not answer is not asked again for so long. */
  restMs: 500,
  /** How long an owner that has nothing of a partition yet waits for it. */
  stateWaitMs: 1000,
  /** How often it is looked whether a partition has moved, or its state is here. */
  pollMs: 100,
  /** Credentials are read anew for connections after so long. */
  clientFreshMs: 10 * 60 * 1000,
  /** Connections to other hosts that are kept. */
  clientsMax: 256,
  reconnectMs: 500,
} as const;

/** What a server bears. */
export const SERVER_LIMITS = {
  /** 100,000 ids of 36 characters have 3.8 MB. */
  requestBytesMax: 8 * 1024 * 1024,
  /** What a stream may hold that its caller does not read. */
  replyBytesMax: 1024 * 1024,
  streamsPerConnectionMax: 256,
  /** Buffers and streams of one HTTP/2 connection, in megabytes as Node counts them. */
  sessionMegabytesMax: 16,
  /** Over all connections; more are refused at once. */
  callsUnderWayMax: 1024,
  connectionIdleMs: 5 * 60 * 1000,
  connectionAgeMs: 60 * 60 * 1000,
  connectionAgeGraceMs: 30 * 1000,
  keepaliveMs: 60 * 1000,
  keepaliveTimeoutMs: 20 * 1000,
  /** A stream of which nothing was read for so long, though something waits, is reset. */
  unreadMs: 30 * 1000,
  unreadSweepMs: 1000,
  /** A drain ends calls that take longer. */
  drainMs: 10 * 1000,
} as const;

/** When a call is refused because it would have to wait. */
export const ADMISSION_LIMITS = {
  waitMsMax: 50,
  /** What a call is taken to last before any was measured. */
  callMsAtFirst: 1,
  /** So many may wait whatever was measured. */
  alwaysBegun: 8,
  /** Calls that take so long together have their turn at once. */
  waveMs: 4,
  /** A mean is taken over so many calls; by so much of what was it may rise, and so much of a
   *  fall is believed. */
  measuredCalls: 64,
  riseMax: 0.02,
  fallWeight: 0.2,
  /** What a refused caller is asked to wait at least. */
  pushbackMsMin: 20,
} as const;

/** How many connections a port takes, and how they must begin. */
export const CONNECTION_LIMITS = {
  connectionsMax: 2_048,
  /** HTTP/2's preface and an empty SETTINGS frame. */
  greetingBytes: 33,
  greetingMs: 5_000,
  silentMs: 2_000,
  sweepMs: 500,
} as const;
