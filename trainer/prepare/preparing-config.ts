/** What of a log is not learned from. The defaults cost no ordinary listener anything. */
export interface PreparingConfig {
  readonly sessionLength: SessionLengthConfig;
  readonly repeatedPlaylist: RepeatedPlaylistConfig;
  readonly automatedListening: AutomatedListeningConfig;
}

/** Shorter sessions are left out, of longer ones the first plays are learned. */
export interface SessionLengthConfig {
  readonly playsMin: number;
  readonly playsMax: number;
}

export interface RepeatedPlaylistConfig {
  readonly enabled: boolean;
  /** After so many times the same listener's step from one track to another is a repeat. */
  readonly timesMax: number;
  /** A session of which at least this share of the steps are repeats is left out. */
  readonly repeatShare: number;
  /** Sessions with fewer steps from one track to another tell too little. */
  readonly stepsMin: number;
}

/** Sessions that touch what no person does are left out. */
export interface AutomatedListeningConfig {
  readonly enabled: boolean;
  /** Plays that were not skipped, within 24 hours. */
  readonly playsPerDayMax: number;
  /** Listening with no silence that would end a session. */
  readonly unbrokenHoursMax: number;
  /** The same track in a row, within a session. */
  readonly sameTrackRunMax: number;
}

export const PREPARING_DEFAULTS: PreparingConfig = {
  sessionLength: { playsMin: 1, playsMax: 5000 },
  repeatedPlaylist: { enabled: true, timesMax: 50, repeatShare: 0.9, stepsMin: 5 },
  automatedListening: {
    enabled: true,
    playsPerDayMax: 1000,
    unbrokenHoursMax: 24,
    sameTrackRunMax: 100,
  },
};

/** Lowest and highest value of each number, and whether it must be whole. */
export const PREPARING_RANGES = {
  playsMin: [1, 1000, "whole"],
  playsMax: [2, 1_000_000, "whole"],
  timesMax: [1, 1_000_000, "whole"],
  repeatShare: [0.01, 1, "real"],
  stepsMin: [1, 1_000_000, "whole"],
  playsPerDayMax: [1, 1_000_000, "whole"],
  unbrokenHoursMax: [1, 8760, "real"],
  sameTrackRunMax: [1, 1_000_000, "whole"],
} as const;
