import { Failure } from "../../core/domain/failure.ts";
import { checkSetting, TRAINING_DEFAULTS } from "../config.ts";

/** What one setting of a training may be. */
export type SettingValue = number | string | boolean | null;

/** Settings by their dotted keys, as `short.learningRate`. */
export type Settings = Readonly<Record<string, SettingValue>>;

/** Numbers from `min` to `max`; on a logarithmic scale each doubling is as likely as another. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly scale: "log" | "linear";
  readonly whole: boolean;
}

/** A few values without an order. */
export interface Choice {
  readonly values: readonly SettingValue[];
}

export type Dimension = NumberRange | Choice;

/** What is searched: each dotted key of a training's configuration with what it may be. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

/** Searched where nothing else is asked for. Sizes and lengths are left to the log: they cost time,
 *  and each log's own are chosen by `sizeByLog`. */
export const DEFAULT_SPACE: SearchSpace = {
  "short.learningRate": { min: 0.02, max: 0.5, scale: "log", whole: false },
  "short.lastRateShare": { min: 0.05, max: 1, scale: "log", whole: false },
  "short.inputDropout": { min: 0, max: 0.6, scale: "linear", whole: false },
  "short.tasteDropout": { min: 0, max: 0.7, scale: "linear", whole: false },
  "short.negativeExponent": { min: 0, max: 1, scale: "linear", whole: false },
  "short.lanes": { min: 16, max: 512, scale: "log", whole: true },
};

/** The parts of a configuration that may be searched. What lies outside of them changes which
 *  events are predicted, so that trials could not be compared, or is not measured. */
const SEARCHED_PARTS: readonly string[] = Object.entries(TRAINING_DEFAULTS)
  .filter(([name, value]) => typeof value === "object" && name !== "preparing")
  .map(([name]) => name);

/** Checks a space as a JSON file gives it against the ranges of the training's configuration.
 *  Throws `bad_configuration` with the key at fault. */
export function parseSearchSpace(space: unknown): SearchSpace {
  const entries = Object.entries(objectOf("space", space));
  if (entries.length === 0) throw wrong("space", "has no key to search");
  return Object.fromEntries(entries.map(([key, told]) => [key, parseDimension(key, told)]));
}

function parseDimension(key: string, told: unknown): Dimension {
  if (!SEARCHED_PARTS.some((part) => key.startsWith(`${part}.`))) {
    throw wrong(key, `cannot be searched; keys begin with ${SEARCHED_PARTS.join(", ")} and a dot`);
  }
  const dimension = objectOf(key, told);
  return Object.hasOwn(dimension, "values")
    ? parseChoice(key, dimension)
    : parseRange(key, dimension);
}

function parseChoice(key: string, dimension: Readonly<Record<string, unknown>>): Choice {
  onlyKnown(key, dimension, ["values"]);
  const { values } = dimension;
  if (!Array.isArray(values) || values.length === 0) {
    throw wrong(key, `needs a list of at least one value in "values"`);
  }
  for (const value of values) checkSetting(key, value);
  if (new Set(values).size < values.length) throw wrong(key, "has the same value twice");
  return { values };
}

function parseRange(key: string, dimension: Readonly<Record<string, unknown>>): NumberRange {
  onlyKnown(key, dimension, ["min", "max", "scale", "whole"]);
  const { min, max, scale = "linear", whole = false } = dimension;
  for (const [name, value] of Object.entries({ min, max })) {
    if (typeof value !== "number") throw wrong(key, `needs a number as its "${name}", or "values"`);
    checkSetting(key, value);
  }
  const [low, high] = [min as number, max as number];
  if (low >= high) throw wrong(key, `needs a max above its min, ${low}, and not ${high}`);
  if (scale !== "log" && scale !== "linear") {
    throw wrong(key, `has a scale of "log" or "linear", and not ${JSON.stringify(scale)}`);
  }
  if (scale === "log" && low <= 0) throw wrong(key, "needs a min above 0 on a scale of log");
  if (typeof whole !== "boolean") throw wrong(key, `needs true or false as its "whole"`);
  if (whole && !(Number.isInteger(low) && Number.isInteger(high))) {
    throw wrong(key, `is whole, and its min and max must be, not ${low} and ${high}`);
  }
  if (!whole && !mayBeFraction(key, low, high)) {
    throw wrong(key, `is a whole number, which its range says by "whole": true`);
  }
  return { min: low, max: high, scale, whole };
}

function mayBeFraction(key: string, low: number, high: number): boolean {
  const middle = low + (high - low) / 2;
  const fraction = Number.isInteger(middle) ? low + (high - low) / 3 : middle;
  try {
    checkSetting(key, fraction);
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}

function onlyKnown(key: string, dimension: object, known: readonly string[]): void {
  const unknown = Object.keys(dimension).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw wrong(key, `has an unknown "${unknown}"; known are ${known.join(", ")}`);
  }
}

function objectOf(key: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw wrong(key, "must be an object");
}

function wrong(field: string, fault: string): Failure {
  return new Failure("bad_configuration", `${field} ${fault}`, { field });
}
