/** Every number of the simulated world, in one place; `docs/simulated-world.md` gives the formulas
 *  by the same names, and `truth.json` repeats them. */
export const WORLD_RULES = {
  /** Monday. */
  firstDayMs: Date.UTC(2026, 0, 5),
  dimensions: 16,

  /** Track of popularity rank r is wanted in proportion to r to the power of minus this. */
  zipfExponent: 0.9,
  albumsPerArtistMax: 3,
  tracksPerAlbumMin: 6,
  tracksPerAlbumMax: 12,
  artistSpread: 0.55,
  albumSpread: 0.3,
  trackSpread: 0.35,
  newestYear: 2025,
  oldestYears: 40,
  trackLengthMedianMs: 210_000,
  trackLengthDeviation: 0.25,
  tracksPerPlaylistMin: 20,
  tracksPerPlaylistMax: 40,
  /** One playlist for this many tracks of the catalogue. */
  tracksToAPlaylist: 40,
  chartTracks: 50,
  stationTracks: 40,

  sessionsPerDay: 1.5,
  sessionsPerDayDeviation: 0.5,
  sessionsPerDayMax: 6,
  weekendFactor: 1.25,
  playsPerSessionMean: 12,
  playsPerSessionMax: 80,
  /** Between the end of a session and the next one's start, so that silence cuts the same
   *  sessions. */
  silenceBetweenSessionsMs: 31 * 60_000,
  pauseBetweenPlaysMaxMs: 3_000,

  /** How much of yesterday's taste is left today; the rest is chance. */
  tasteKept: 0.998,
  /** The weight of the taste in what a session wants; the mood has the rest. */
  tasteWeight: 0.6,
  moodPreferenceDeviation: 0.5,
  chronotypeHoursMax: 2,

  /** How sharply fit decides which playlist, album, artist or station is chosen. */
  choiceSharpness: 6,
  /** The power of popularity in that choice. */
  choicePopularity: 0.6,
  followedPlaylists: 4,
  followedFactor: 8,
  /** How sharply a station's next track follows the track before it. */
  stationSharpness: 8,
  searchCandidates: 32,
  libraryTracksMin: 12,
  libraryTracksMax: 150,
  /** The chance that a finished play enters the library. */
  keepChance: 0.2,
  /** After this many skips in a row, a run is left with `leaveChance` at every further skip. */
  skipsBeforeLeaving: 2,
  leaveChance: 0.6,

  skip: {
    /** Logit of the skip chance of a track that fits `fitNeutral`, for a listener without bias. */
    base: -1.1,
    biasDeviation: 0.5,
    fitNeutral: 0.5,
    fitWeight: 4.5,
    /** Heard in the last `heardRecently` plays, and not out of the own library. */
    heardAgain: 0.8,
    heardRecently: 30,
    /** For each skip just before, up to `streakMax`. */
    streak: 0.35,
    streakMax: 3,
    context: {
      playlist: 0,
      album: -0.4,
      artist: -0.1,
      radio: 0.3,
      search: -0.8,
      library: -0.7,
      chart: -0.9,
    },
    /** A skipped play's fraction is this much at least and `fractionMax` at most. */
    fractionMin: 0.02,
    fractionMax: 0.85,
    /** The worse the fit, the earlier the skip: the exponent of the uniform draw grows with it. */
    fractionPower: 2.5,
  },
} as const;

/** Where plays come from in this world, with how often a run starts there. */
export const RUN_KINDS = {
  playlist: { share: 0.3, plays: 12 },
  album: { share: 0.16, plays: 14 },
  artist: { share: 0.1, plays: 7 },
  radio: { share: 0.16, plays: 14 },
  search: { share: 0.05, plays: 1 },
  library: { share: 0.18, plays: 9 },
  chart: { share: 0.05, plays: 9 },
} as const;
export type RunKind = keyof typeof RUN_KINDS;

export const GENRES = [
  "folk",
  "ambient",
  "techno",
  "house",
  "hip hop",
  "jazz",
  "soul",
  "indie rock",
  "metal",
  "classical",
  "pop",
  "reggae",
] as const;

/** What a session is for. A mood is wanted around its hour (UTC), `hours` to either side; at the
 *  weekend that much more often. */
export const MOODS = [
  { name: "waking", hour: 7, hours: 1.5, weekend: 0.6, device: "speaker" },
  { name: "working", hour: 11, hours: 3, weekend: 0.3, device: "desktop" },
  { name: "moving", hour: 17, hours: 1.5, weekend: 0.8, device: "phone" },
  { name: "evening", hour: 20, hours: 2, weekend: 1, device: "speaker" },
  { name: "dancing", hour: 22, hours: 2, weekend: 2.5, device: "phone" },
  { name: "resting", hour: 0.5, hours: 2, weekend: 1.2, device: "phone" },
] as const;

/** How often sessions start, by the hour of the day. */
export const WEEKDAY_HOURS = [
  2, 1, 0.5, 0.3, 0.3, 1, 4, 8, 8, 6, 5, 5, 6, 5, 4, 5, 7, 9, 9, 8, 8, 8, 6, 4,
];
export const WEEKEND_HOURS = [
  5, 3, 2, 1, 0.5, 0.5, 1, 2, 4, 6, 8, 8, 7, 7, 7, 7, 7, 7, 8, 8, 9, 9, 9, 7,
];
export const DEVICES = ["phone", "desktop", "speaker", "car"] as const;
