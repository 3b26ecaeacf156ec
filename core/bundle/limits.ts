/** What a bundle may at most be. Larger ones are refused before memory is taken for them. */
export const BUNDLE_LIMITS = {
  tracksMax: 16_777_216,
  dimensionMax: 4096,
  hiddenMax: 4096,
  manifestBytesMax: 1024 * 1024,
  graphBytesMax: 256 * 1024 * 1024,
  goldenBytesMax: 16 * 1024 * 1024,
  goldenRowsMin: 4,
  goldenRowsMax: 256,
  /** A golden file may not allow more than this, relative to max(1, |expected|). */
  goldenToleranceMax: 0.01,
  blendWeightMax: 1000,
  skipWeightMax: 1000,
  neighbourSessionsMax: 16_777_216,
  /** Of all neighbour sessions together. */
  neighbourPlaysMax: 268_435_456,
  neighboursMax: 65_536,
  sessionsPerTrackMax: 1_048_576,
  recencySessionsMax: 1e12,
  coplayPairsMax: 268_435_456,
  coplayTracksMax: 32,
  runPlaysMax: 268_435_456,
  runTracksMax: 32,
  runWeightMax: 1000,
  sharpnessMax: 1e9,
  clustersMax: 65_536,
  clusterReachMax: 1e6,
  idleTimeoutMsMax: 30 * 24 * 60 * 60 * 1000,
  /** Levels of nesting, in the manifest and in an ONNX graph. */
  depthMax: 32,
} as const;
