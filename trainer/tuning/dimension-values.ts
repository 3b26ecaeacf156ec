import type { Random } from "../random.ts";
import type { Choice, Dimension, NumberRange, SettingValue } from "./search-space.ts";

export function isChoice(dimension: Dimension): dimension is Choice {
  return "values" in dimension;
}

/** Any value of a dimension, each as likely as another on its scale. */
export function anyValue(dimension: Dimension, random: Random): SettingValue {
  if (!isChoice(dimension)) return valueAt(dimension, random());
  return dimension.values[Math.floor(random() * dimension.values.length)]!;
}

/** The number at a place from 0, the range's min, to 1, its max. Fractions have four digits, so
 *  that a person can read them and JSON gives them back. */
export function valueAt(range: NumberRange, place: number): number {
  const low = onScale(range, range.min);
  const high = onScale(range, range.max);
  const scaled = low + place * (high - low);
  const value = range.scale === "log" ? Math.exp(scaled) : scaled;
  const rounded = range.whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
  return Math.min(range.max, Math.max(range.min, rounded));
}

/** Where a value is between the range's min and max, from 0 to 1; undefined for what is no number
 *  of the range. */
export function placeOf(range: NumberRange, value: SettingValue | undefined): number | undefined {
  if (typeof value !== "number" || value < range.min || value > range.max) return undefined;
  const low = onScale(range, range.min);
  return (onScale(range, value) - low) / (onScale(range, range.max) - low);
}

function onScale({ scale }: NumberRange, value: number): number {
  return scale === "log" ? Math.log(value) : value;
}

const DIGITS = 4;
