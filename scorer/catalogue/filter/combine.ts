import { fillBits, type Truth } from "./expression.ts";

/** `left && right`, or `left || right`. */
export function both(operator: "&&" | "||", left: Truth, right: Truth): Truth {
  const isAnd = operator === "&&";
  return {
    type: "bool",
    isFixed: left.isFixed && right.isFixed,
    cost: left.cost + right.cost + 1,
    at: isAnd ? (row) => left.at(row) && right.at(row) : (row) => left.at(row) || right.at(row),
    fill(words, first) {
      fillBits(left, words, first);
      const others = new Uint32Array(words.length);
      fillBits(right, others, first);
      for (let word = 0; word < words.length; word++) {
        const [one, other] = [words[word]!, others[word]!];
        words[word] = isAnd ? one & other : one | other;
      }
    },
  };
}

export function not(truth: Truth): Truth {
  return {
    type: "bool",
    isFixed: truth.isFixed,
    cost: truth.cost + 1,
    at: (row) => !truth.at(row),
    fill: inverted((words, first) => fillBits(truth, words, first)),
  };
}

/** What `fill` leaves out. */
export function inverted(fill: NonNullable<Truth["fill"]>): NonNullable<Truth["fill"]> {
  return (words, first) => {
    fill(words, first);
    for (let word = 0; word < words.length; word++) words[word] = ~words[word]!;
  };
}
