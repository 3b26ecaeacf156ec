import type { ModelName } from "../domain/ids.ts";
import type { ModelContent } from "./bundle.ts";
import { BUNDLE_LIMITS as LIMITS } from "./limits.ts";
import { featureWidth } from "./manifest.ts";
import { badBundle, exactObject, type JsonObject, numberIn } from "./manifest-fields.ts";
import { pseudoRandom, randomFloats } from "./pseudo-random.ts";
import type { StepRunner } from "./step-runner.ts";

/** Inputs of a model and what its graphs make of them, written where it was trained and reproduced
 *  where it is served. `taste` is the taste of `hidden_next` as it stands here. */
export interface Golden {
  readonly rows: number;
  /** [rows, D] */
  readonly track: Float32Array;
  /** [rows, F] */
  readonly features: Float32Array;
  /** [rows, H] */
  readonly hidden: Float32Array;
  /** [rows, H] */
  readonly hiddenNext: Float32Array;
  /** [rows, D] */
  readonly taste: Float32Array;
  /** [rows]: of `hiddenNext` and `track`; only with a skip graph. */
  readonly skip?: Float32Array;
  /** The largest difference that is accepted, relative to max(1, |expected|). */
  readonly tolerance: number;
}

/** The sizes of a model; `ModelContent` and `ModelManifest` are such. */
export type GoldenSizes = Pick<ModelContent, "hidden" | "dimension" | "features"> & {
  /** There where the model has a skip graph. */
  readonly skip?: unknown;
};

const GOLDEN_ROWS = 8;
/** Kernels of other processors sum in other orders; on one machine the difference is 0. */
const GOLDEN_TOLERANCE = 1e-4;

/** Runs the graphs on deterministic inputs: a listener's first event, then tracks of the bundle met
 *  in arbitrary states. */
export async function makeGolden(
  runner: StepRunner,
  model: ModelName,
  content: ModelContent,
): Promise<Golden> {
  const rows = GOLDEN_ROWS;
  const random = pseudoRandom(2);
  const track = new Float32Array(rows * content.dimension);
  const count = content.inputVectors.length / content.dimension;
  for (let row = 0; row < rows; row++) {
    const index = Math.floor(((random() + 1) / 2) * count);
    const from = index * content.dimension;
    track.set(
      content.inputVectors.subarray(from, from + content.dimension),
      row * content.dimension,
    );
  }
  const features = randomFloats(random, rows * featureWidth(content.features)).map(Math.abs);
  const hidden = randomFloats(random, rows * content.hidden);
  hidden.fill(0, 0, content.hidden);

  const hiddenNext = await runner.step({ model, rows, track, features, hidden });
  const taste = await runner.taste(model, hiddenNext, rows);
  const golden = { rows, track, features, hidden, hiddenNext, taste, tolerance: GOLDEN_TOLERANCE };
  if (content.skip === undefined) return golden;
  return { ...golden, skip: await runner.skip({ model, rows, track, hidden: hiddenNext }) };
}

/** Fails with `bad_bundle` unless the runner reproduces every number; NaN never does. */
export async function checkGolden(
  runner: StepRunner,
  model: ModelName,
  golden: Golden,
  file: string,
): Promise<void> {
  const { rows, track, features, hidden, tolerance } = golden;
  const hiddenNext = await runner.step({ model, rows, track, features, hidden });
  checkClose(hiddenNext, golden.hiddenNext, tolerance, `${file}: hidden_next`);
  const taste = await runner.taste(model, golden.hiddenNext, rows);
  checkClose(taste, golden.taste, tolerance, `${file}: taste`);
  if (golden.skip === undefined) return;
  const skip = await runner.skip({ model, rows, track, hidden: golden.hiddenNext });
  checkClose(skip, golden.skip, tolerance, `${file}: skip`);
}

export function encodeGolden(golden: Golden): string {
  const { rows } = golden;
  const matrix = (values: Float32Array) => {
    const width = values.length / rows;
    return Array.from({ length: rows }, (_, row) =>
      Array.from(values.subarray(row * width, (row + 1) * width)),
    );
  };
  return `${JSON.stringify({
    track: matrix(golden.track),
    features: matrix(golden.features),
    hidden: matrix(golden.hidden),
    hidden_next: matrix(golden.hiddenNext),
    taste: matrix(golden.taste),
    ...(golden.skip && { skip: matrix(golden.skip) }),
    tolerance: golden.tolerance,
  })}\n`;
}

/** Reads a golden file for a model of these sizes; `file` is named in a refusal. */
export function parseGolden(text: string, sizes: GoldenSizes, file: string): Golden {
  const skip = sizes.skip === undefined ? [] : ["skip"];
  const keys = ["track", "features", "hidden", "hidden_next", "taste", ...skip, "tolerance"];
  const golden: JsonObject = exactObject(parseJson(text, file), file, keys);
  const rows = Array.isArray(golden.track) ? golden.track.length : 0;
  if (rows < LIMITS.goldenRowsMin || rows > LIMITS.goldenRowsMax) {
    const { goldenRowsMin, goldenRowsMax } = LIMITS;
    throw badBundle(file, `must hold ${goldenRowsMin} to ${goldenRowsMax} rows`);
  }
  const matrix = (key: string, width: number) =>
    parseMatrix(golden[key], { rows, width, field: `${file}: ${key}` });
  return {
    rows,
    track: matrix("track", sizes.dimension),
    features: matrix("features", featureWidth(sizes.features)),
    hidden: matrix("hidden", sizes.hidden),
    hiddenNext: matrix("hidden_next", sizes.hidden),
    taste: matrix("taste", sizes.dimension),
    ...(sizes.skip !== undefined && { skip: matrix("skip", 1) }),
    tolerance: numberIn(golden.tolerance, `${file}: tolerance`, {
      least: 0,
      most: LIMITS.goldenToleranceMax,
    }),
  };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badBundle(file, "is no JSON", cause);
  }
}

function parseMatrix(
  value: unknown,
  { rows, width, field }: { readonly rows: number; readonly width: number; readonly field: string },
): Float32Array {
  const fits = (row: unknown): row is number[] =>
    Array.isArray(row) &&
    row.length === width &&
    row.every((item) => typeof item === "number" && Number.isFinite(Math.fround(item)));
  if (!Array.isArray(value) || value.length !== rows || !value.every(fits)) {
    throw badBundle(field, `must be ${rows} rows of ${width} finite numbers`);
  }
  return Float32Array.from(value.flat() as number[]);
}

function checkClose(
  found: Float32Array,
  expected: Float32Array,
  tolerance: number,
  field: string,
): void {
  for (const [at, value] of expected.entries()) {
    const difference = Math.abs(found[at]! - value) / Math.max(1, Math.abs(value));
    // Written so that NaN fails as well.
    if (!(difference <= tolerance)) {
      throw badBundle(field, `number ${at} came out as ${found[at]}, the bundle says ${value}`);
    }
  }
}
