import { inverted } from "./combine.ts";
import { type Amount, fillFrom, type Range, type Text, type Truth } from "./expression.ts";

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Compares two numbers. One that is not known is unequal to everything, and neither above nor
 *  below it. A number that is written out is rounded as the column is that it is compared with, so
 *  that `track.energy <= 0.8` holds for what was sent as 0.8. */
export function compareAmounts(operator: Comparison, left: Amount, right: Amount): Truth {
  const [one, other] = [roundedLike(left, right), roundedLike(right, left)];
  const compare = NUMBERS[operator];
  return {
    type: "bool",
    isFixed: one.isFixed && other.isFixed,
    cost: one.cost + other.cost + 1,
    at: (row) => compare(one.at(row), other.at(row)),
    ...fillOf(operator, one.column, other.constant),
  };
}

/** All rows of a column against one number, as a range of the column's values. */
function fillOf(
  operator: Comparison,
  column: Amount["column"],
  limit: number | undefined,
): Pick<Truth, "fill"> {
  if (column === undefined || limit === undefined) return {};
  const fill = fillFrom(column, RANGES[operator](limit));
  return { fill: operator === "!=" ? inverted(fill) : fill };
}

const { MIN_VALUE, NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

const RANGES: Readonly<Record<Comparison, (limit: number) => Range>> = {
  "==": (limit) => ({ low: limit, high: limit }),
  "!=": (limit) => ({ low: limit, high: limit }),
  "<": (limit) => ({ low: NEGATIVE_INFINITY, high: -nextAbove(-limit) }),
  "<=": (limit) => ({ low: NEGATIVE_INFINITY, high: limit }),
  ">": (limit) => ({ low: nextAbove(limit), high: POSITIVE_INFINITY }),
  ">=": (limit) => ({ low: limit, high: POSITIVE_INFINITY }),
};

/** The least double above `number`; NaN where there is none. */
function nextAbove(number: number): number {
  if (number === 0) return MIN_VALUE;
  if (number === POSITIVE_INFINITY || Number.isNaN(number)) return Number.NaN;
  const double = new Float64Array([number]);
  const bits = new BigInt64Array(double.buffer);
  bits[0]! += number > 0 ? 1n : -1n;
  return double[0]!;
}

/** Texts compare by their UTF-16 units. */
export function compareTexts(operator: Comparison, left: Text, right: Text): Truth {
  const compare = TEXTS[operator];
  return {
    type: "bool",
    isFixed: left.isFixed && right.isFixed,
    cost: left.cost + right.cost + 1,
    at: (row) => compare(left.at(row), right.at(row)),
  };
}

type Compare<T> = (one: T, other: T) => boolean;

function comparisons<T>(): Readonly<Record<Comparison, Compare<T>>> {
  return {
    "==": (one, other) => one === other,
    "!=": (one, other) => one !== other,
    "<": (one, other) => one < other,
    "<=": (one, other) => one <= other,
    ">": (one, other) => one > other,
    ">=": (one, other) => one >= other,
  };
}

// A table for each type, so that each of its functions only ever sees that type.
const NUMBERS = comparisons<number>();
const TEXTS = comparisons<string>();

function roundedLike(amount: Amount, other: Amount): Amount {
  if (amount.constant === undefined || !(other.column instanceof Float32Array)) return amount;
  const constant = Math.fround(amount.constant);
  return { ...amount, constant, at: () => constant };
}
