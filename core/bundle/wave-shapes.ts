import { badBundle } from "./manifest-fields.ts";
import { pseudoRandom, randomFloats } from "./pseudo-random.ts";

/** One loaded graph, run on exactly `shape` rows at a time. */
export interface Graph {
  /** The manifest key of the graph, for refusals. */
  readonly field: string;
  /** Row lengths of the inputs, in the order in which `run` takes them. */
  readonly inputWidths: readonly number[];
  readonly outputWidth: number;
  /** Inputs [shape, width] each → [shape, outputWidth]. */
  run(inputs: readonly Float32Array[], shape: number): Promise<Float32Array>;
}

/** The batch sizes that graphs are run with, ascending. Every wave is padded to one of them, since
 *  a matrix kernel may sum in another order for another batch size. A lone event is the most
 *  frequent wave of a quiet hour, and one of eight rows takes it nearly twice as long. */
const WAVE_SHAPES = [1, 4, 8, 16, 24, 32, 64, 128] as const;
/** The shape that all others must agree with. */
const BASE_SHAPE = 32;
const TRIAL_ROWS = 128;
/** Small shapes try fewer rows, so that opening a bundle does not wait for them. */
const TRIAL_RUNS = 16;
/** Odd, so that a row meets another place within every vector register and every tile. */
const TRIAL_SHIFT = 13;

/** The shapes under which this graph, on this machine, gives each trial row the same bits as alone
 *  in the base shape. Fails with `bad_bundle` where a row's result depends on its neighbours or on
 *  its place even in one shape: such a model cannot be served in waves. */
export async function provenShapes(graph: Graph): Promise<readonly number[]> {
  const random = pseudoRandom(1);
  const rows = graph.inputWidths.map((width) => randomFloats(random, TRIAL_ROWS * width));
  const expected = await runPadded(graph, [BASE_SHAPE], rows, TRIAL_ROWS);
  const moved = rows.map((input, at) => rotated(input, graph.inputWidths[at]!));
  const expectedMoved = rotated(expected, graph.outputWidth);

  const proven: number[] = [];
  for (const shape of WAVE_SHAPES) {
    const tried = Math.min(TRIAL_ROWS, TRIAL_RUNS * shape);
    const found = await runPadded(graph, [shape], moved, tried);
    if (sameBits(found, expectedMoved.slice(0, found.length))) proven.push(shape);
    else if (shape === BASE_SHAPE) {
      throw badBundle(graph.field, "a row's result depends on the other rows of its batch");
    }
  }
  return proven;
}

/** Runs any number of rows in steps of `shapes`; the last step's missing rows are zeros.
 *  Inputs [rows, width] each → [rows, outputWidth]. */
export async function runPadded(
  graph: Graph,
  shapes: readonly number[],
  inputs: readonly Float32Array[],
  rows: number,
): Promise<Float32Array> {
  const largest = shapes[shapes.length - 1]!;
  const result = new Float32Array(rows * graph.outputWidth);
  for (let from = 0; from < rows; from += largest) {
    const taken = Math.min(largest, rows - from);
    const shape = shapes.find((candidate) => candidate >= taken)!;
    const padded = inputs.map((input, at) => {
      const width = graph.inputWidths[at]!;
      // A copy even of a full shape: the caller may reuse its memory while the graph is waiting.
      const target = new Float32Array(shape * width);
      target.set(input.subarray(from * width, (from + taken) * width));
      return target;
    });
    const output = await graph.run(padded, shape);
    result.set(output.subarray(0, taken * graph.outputWidth), from * graph.outputWidth);
  }
  return result;
}

function rotated(rows: Float32Array, width: number): Float32Array {
  const cut = TRIAL_SHIFT * width;
  const result = new Float32Array(rows.length);
  result.set(rows.subarray(cut));
  result.set(rows.subarray(0, cut), rows.length - cut);
  return result;
}

function sameBits(left: Float32Array, right: Float32Array): boolean {
  return Buffer.from(left.buffer).equals(Buffer.from(right.buffer));
}
