import { type Amount, fillByRow, type Text, type Truth } from "./expression.ts";

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** Compares two numbers. One that is not known is unequal to everything, and neither above nor
 *  below it. A number that is written out is rounded as the column is that it is compared with, so
 *  that `track.energy <= 0.8` holds for what was sent as 0.8. */
export function compareAmounts(operator: Comparison, left: Amount, right: Amount): Truth {
  const [one, other] = [roundedLike(left, right), roundedLike(right, left)];
  const compare = NUMBERS[operator];
  const { column } = one;
  const limit = other.constant;
  return {
    type: "bool",
    isFixed: one.isFixed && other.isFixed,
    cost: one.cost + other.cost + 1,
    at: (row) => compare(one.at(row), other.at(row)),
    ...(column !== undefined &&
      limit !== undefined && {
        fill: (words, first) => fillByRow((row) => compare(column[row]!, limit), words, first),
      }),
  };
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
