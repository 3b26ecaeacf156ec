import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawTable } from "../cli/table.ts";
import type { TrackId } from "../core/domain/ids.ts";
import { type ModelConfig, TRAINING_DEFAULTS } from "../trainer/config.ts";
import { newFeatureColumns, sharedIntegers, sharedTimes } from "../trainer/event-columns.ts";
import { importLog } from "../trainer/import/import-log.ts";
import { startingParameters } from "../trainer/model-parameters.ts";
import { negativeSampler } from "../trainer/negative-sampler.ts";
import { planPass } from "../trainer/plan-pass.ts";
import { seededRandom } from "../trainer/random.ts";
import { readSequences } from "../trainer/read-sequences.ts";
import { type Sequences, trackSupport } from "../trainer/sequences.ts";
import { type SizedConfig, sizeByLog } from "../trainer/size-by-log.ts";
import { PASS_START, trainEpoch } from "../trainer/train-epoch.ts";
import { openTrainingStep, type TrainingStep } from "../trainer/training-step.ts";
import type { Bench } from "./bench.ts";
import { cpuUsOf } from "./measure.ts";

/** The official PyTorch code's events a second of CPU, on #nowplaying with the settings below. */
const OFFICIAL_EVENTS_PER_SECOND = 9679;
/** How those settings stand in a configuration: its hidden state is the taste, hears tracks alone
 *  and drops numbers of what it hears. */
const OFFICIAL: Partial<ModelConfig> = {
  hidden: 100,
  dimension: 100,
  lanes: 256,
  steps: 1,
  negatives: 2048,
  negativeExponent: 0.5,
  inputDropout: 0.45,
  tasteDropout: 0,
};

/** #nowplaying's training part. */
const SIZES = { events: 953_381, tracks: 60_416, sessionEvents: 7 };
const QUICK_EVENTS = 10_000;

/** How fast the short model learns at the settings of the official GRU4Rec: one whole epoch of
 *  #nowplaying, or of made-up sessions of its size where it is absent. */
export const trainingSpeed: Bench["run"] = async ({ json, quick, progress }) => {
  const data = nowplayingFile();
  const real = data !== undefined && !quick;
  progress(real ? "reads #nowplaying" : "makes up sessions");
  const sequences = real ? await readNowplaying(data) : madeUpSequences(quick);
  const config = sizeByLog({ ...TRAINING_DEFAULTS.short, ...OFFICIAL }, logSize(sequences));
  const sizes = { hidden: config.hidden, dimension: config.dimension, featureWidth: 0 };
  const tracks = sequences.trackIds.length;
  const parameters = startingParameters(sizes, tracks, seededRandom(1, "weights"));
  const dropout = { inputDropout: config.inputDropout > 0, tasteDropout: config.tasteDropout > 0 };
  const step = await openTrainingStep(parameters, { ...config, ...sizes, ...dropout });
  progress("learns one epoch");
  let learned = { events: 0, loss: 0 };
  const cpuUs = await cpuUsOf(async () => {
    learned = await learnEpoch(step, { sequences, config });
  });
  await step.close();
  const figures = {
    log: real ? "#nowplaying" : "made up",
    tracks,
    ...learned,
    cpu_seconds: cpuUs / 1e6,
    events_per_cpu_second: learned.events / (cpuUs / 1e6),
    official_events_per_cpu_second: OFFICIAL_EVENTS_PER_SECOND,
  };
  return json ? `${JSON.stringify(figures, null, 2)}\n` : draw(figures);
};

function nowplayingFile(): string | undefined {
  const beside = join(import.meta.dirname, "../../shared/data");
  const file = join(process.env.SEGUE_DATA ?? beside, "nowplaying", "train.tsv.gz");
  return existsSync(file) ? file : undefined;
}

async function readNowplaying(file: string): Promise<Sequences> {
  const folder = await mkdtemp(join(tmpdir(), "segue-bench-"));
  try {
    const out = join(folder, "log");
    await importLog({ format: "sessions-tsv", files: [file], out });
    return await readSequences(out, TRAINING_DEFAULTS);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Sessions of one length each, of tracks of which a few are played much and most little. */
function madeUpSequences(quick: boolean): Sequences {
  const { tracks, sessionEvents } = SIZES;
  const sessions = Math.floor((quick ? QUICK_EVENTS : SIZES.events) / sessionEvents);
  const events = sessions * sessionEvents;
  const random = seededRandom(1, "sessions");
  const starts = sharedIntegers(sessions + 1).map((_, session) => session * sessionEvents);
  return {
    trackIds: Array.from({ length: tracks }, (_, index) => `t${index}` as TrackId),
    track: sharedIntegers(events).map(() => Math.floor(tracks * random() ** 3)),
    features: newFeatureColumns(events),
    listenerStarts: starts,
    sessionStarts: starts,
    sessionEnds: sharedIntegers(sessions).map((_, session) => (session + 1) * sessionEvents),
    sessionOrder: sharedIntegers(sessions).map((_, session) => session),
    sessionTimesMs: sharedTimes(sessions).map((_, session) => session),
    realClock: false,
  };
}

function logSize({ track, trackIds }: Sequences): { events: number; tracks: number } {
  return { events: track.length, tracks: trackIds.length };
}

async function learnEpoch(
  step: TrainingStep,
  log: { readonly sequences: Sequences; readonly config: SizedConfig<ModelConfig> },
): Promise<{ readonly events: number; readonly loss: number }> {
  const { sequences, config } = log;
  const random = (stream: string) => seededRandom(1, stream);
  const support = trackSupport(sequences, sequences.sessionOrder);
  const drawn = support.map((count) => Math.max(1, count));
  let position = PASS_START;
  const loss = await trainEpoch(step, {
    ...planPass(sequences, sequences.sessionOrder, config, random("order")),
    ...{ sequences, config, support, features: [], rate: config.learningRate, from: PASS_START },
    sampleNegatives: negativeSampler(drawn, config.negativeExponent, random("negatives")),
    random: random("rows"),
    progress: () => undefined,
    learned: (at) => {
      position = at;
    },
    stopCheck: () => undefined,
  });
  return { events: position.events, loss };
}

function draw(figures: Readonly<Record<string, string | number>>): string {
  const cells = Object.entries(figures).map(([name, value]) => {
    const text = typeof value === "number" ? Number(value.toFixed(3)).toLocaleString("en") : value;
    return [name.replaceAll("_", " "), text];
  });
  return drawTable([{ title: "one epoch" }, { title: "", right: true }], cells);
}
