/** What the console bears and looks at. */
export const CONSOLE_LIMITS = {
  requestBytesMax: 4 * 1024 * 1024,
  /** A caller may not wait longer for one answer. */
  callMs: 60_000,
  /** Streams of `Watch` at a time; a page holds one. */
  watchersMax: 32,
  /** How often a watcher is told how things are. */
  watchEveryMs: 1_000,
  /** How often a followed listener's record is looked at. */
  followEveryMs: 20,
  mapTracksMax: 5_000,
  mapTracksDefault: 2_000,
  /** Vectors that the map's axes are learned from. */
  axesVectorsMax: 4_000,
  tasteStepsMax: 32,
  tasteStepsDefault: 12,
  /** Tracks whose places or names are asked for at once. */
  placesMax: 500,
  /** The most popular tracks, so many, can be searched. */
  searchTracksMax: 200_000,
  searchTextMax: 100,
  /** A search looks at a catalogue that is at most so old. */
  searchIndexMs: 60_000,
  foundMax: 100,
  foundDefault: 20,
  /** The newest recommended tracks, so many, say how often a track is recommended. */
  exposureTracks: 200_000,
  /** The newest records of each partition in which listeners are looked up. */
  tailRecords: 500,
  lettersMax: 500,
  lettersDefault: 50,
  bundlesMax: 50,
} as const;
