import type { CommandEntry } from "./command.ts";

/** Each loads when it is called, so that none waits for what only others need. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "start",
    summary:
      "Show everything on this machine: a world, its models, live listening, and what a skip does",
    load: async () => (await import("./commands/start.ts")).start,
  },
  {
    name: "simulate",
    summary: "Make a listening world with a stated ground truth",
    load: async () => (await import("./commands/simulate.ts")).simulateCommand,
  },
  {
    name: "import",
    summary: "Turn a published listening log into a log folder",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "split-log",
    summary: "Cut a log folder in time, into one to learn from and one to measure on",
    load: async () => (await import("./commands/split-log.ts")).splitLogCommand,
  },
  {
    name: "train",
    summary: "Learn both models from a log folder and publish them as a bundle",
    load: async () => (await import("./commands/train.ts")).trainCommand,
  },
  {
    name: "tune",
    summary: "Search for the training settings that are worth most on a log, for so many minutes",
    load: async () => (await import("./commands/tune.ts")).tuneCommand,
  },
  {
    name: "evaluate",
    summary: "Measure a bundle on a log folder, through the code that serves",
    load: async () => (await import("./commands/evaluate.ts")).evaluateCommand,
  },
  {
    name: "measure-skips",
    summary: "Measure what one early skip does to the tracks that are like the skipped one",
    load: async () => (await import("./commands/measure-skips.ts")).measureSkipsCommand,
  },
  {
    name: "measure-explanations",
    summary: "Measure whether a track falls without the event that is said to have brought it",
    load: async () =>
      (await import("./commands/measure-explanations.ts")).measureExplanationsCommand,
  },
  {
    name: "report",
    summary: "Measure a bundle and write what was found as one HTML page",
    load: async () => (await import("./commands/report.ts")).reportCommand,
  },
  {
    name: "compare-models",
    summary: "Learn the six models of De Boom et al. 2018 from a log and compare them on another",
    load: async () => (await import("./commands/compare-models.ts")).compareModelsCommand,
  },
  {
    name: "experiment",
    summary: "Say what came of an experiment, or what another way to recommend would have earned",
    load: async () => (await import("./commands/experiment.ts")).experimentCommand,
  },
  {
    name: "index",
    summary: "Put a bundle's tracks into clusters, so that searches read a part of them",
    load: async () => (await import("./commands/index-bundle.ts")).indexCommand,
  },
  {
    name: "compress",
    summary: "Make a bundle smaller and faster, and print what that costs in recall",
    load: async () => (await import("./commands/compress.ts")).compressCommand,
  },
  {
    name: "dev",
    summary: "Run ingest and scorer together, on the embedded log unless brokers are given",
    load: async () => (await import("./commands/dev.ts")).dev,
  },
  {
    name: "ingest",
    summary: "Hear the listening log and keep every listener's state",
    load: async () => (await import("./commands/ingest.ts")).ingest,
  },
  {
    name: "serve",
    summary:
      "Answer over gRPC from the state that ingest keeps; take events from producers without Kafka",
    load: async () => (await import("./commands/serve.ts")).serve,
  },
  {
    name: "bundle",
    summary: "List the served bundle and the one before, serve another, or go back",
    load: async () => (await import("./commands/bundle.ts")).bundleCommand,
  },
  {
    name: "replay",
    summary: "Send a log folder's events to a running Segue, at the pace they happened or faster",
    load: async () => (await import("./commands/replay.ts")).replay,
  },
  {
    name: "load",
    summary: "Ask a running Segue at a rate, or as a log was heard, and say how long answers take",
    load: async () => (await import("./commands/load.ts")).load,
  },
  {
    name: "recommend",
    summary: "Ask a running scorer for the next tracks of a listener",
    load: async () => (await import("./commands/recommend.ts")).recommendCommand,
  },
  {
    name: "opensubsonic",
    summary: "Let players that speak the OpenSubsonic API ask for songs and report plays",
    load: async () => (await import("./commands/opensubsonic.ts")).opensubsonic,
  },
  {
    name: "doctor",
    summary:
      "Check every byte of the listeners' store; set damage aside and rebuild it from the log",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "snapshot",
    summary: "Copy the listeners' store, verified, while ingest goes on",
    load: async () => (await import("./commands/snapshot.ts")).snapshot,
  },
  {
    name: "restore",
    summary: "Make the listeners' store from a snapshot, verified",
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  {
    name: "dlq",
    summary: "List, show or replay the records that were no listening events",
    load: async () => (await import("./commands/dlq.ts")).dlq,
  },
  {
    name: "inspect",
    summary: "Show what is inside a bundle, a listener's state, a log or a log folder, as JSON",
    load: async () => (await import("./commands/inspect.ts")).inspect,
  },
  {
    name: "config",
    summary: "Show every option's value and where it came from",
    load: async () => (await import("./commands/config.ts")).configCommand(COMMANDS),
  },
];
