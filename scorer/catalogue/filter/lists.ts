import {
  type Amount,
  fillWithin,
  type Range,
  type Text,
  type TextList,
  type Truth,
} from "./expression.ts";

export const LIST_MACROS = ["exists", "all", "exists_one"] as const;
export type ListMacro = (typeof LIST_MACROS)[number];

/** What a macro's variable stands for while its condition is asked. */
export interface Variable {
  value: string | number;
}

/** How many items a list of the catalogue is taken to have, for the cost. */
const ITEMS_USUAL = 8;

/** Asks `condition` of the items of a list, which it sees in `variable`. Of a list of coded texts
 *  a condition that only looks at the item is asked once per text, and not once per track. */
export function overItems(
  macro: ListMacro,
  list: TextList,
  variable: Variable,
  condition: Truth,
): Truth {
  const { wanted, count } = HOLDS[macro];
  const items = list.constants?.length ?? ITEMS_USUAL;
  const part = {
    type: "bool",
    isFixed: list.isFixed && condition.isFixed,
    cost: list.cost + items * condition.cost + 1,
  } as const;
  const isWanted = (row: number, at: number) => {
    variable.value = list.item(row, at);
    return condition.at(row) === wanted;
  };
  const at = (row: number) => {
    const length = list.length(row);
    let found = 0;
    for (let item = 0; item < length; item++) {
      if (isWanted(row, item)) found++;
    }
    return found >= count.low && found <= count.high;
  };
  const { coded } = list;
  if (coded === undefined || !condition.isFixed) return { ...part, at };
  const marks = markOnce(coded.texts, (text) => {
    variable.value = text;
    return condition.at(0) === wanted;
  });
  return {
    ...part,
    at,
    fill(words, first) {
      const counts = new Uint16Array(32 * words.length);
      coded.column.countMarked(marks(), 32 * first, counts);
      fillWithin(counts, count, words);
    },
  };
}

/** How many items have to be as `wanted`. */
const HOLDS: Readonly<Record<ListMacro, { readonly wanted: boolean; readonly count: Range }>> = {
  exists: { wanted: true, count: { low: 1, high: Number.POSITIVE_INFINITY } },
  all: { wanted: false, count: { low: 0, high: 0 } },
  exists_one: { wanted: true, count: { low: 1, high: 1 } },
};

/** By code 1 for the texts that `isMarked`; texts may be added at any time. */
function markOnce(texts: readonly string[], isMarked: (text: string) => boolean): () => Uint8Array {
  let marks = new Uint8Array(texts.length);
  let marked = 0;
  return () => {
    if (texts.length > marks.length) {
      const more = new Uint8Array(2 * texts.length);
      more.set(marks);
      marks = more;
    }
    for (; marked < texts.length; marked++) marks[marked] = isMarked(texts[marked]!) ? 1 : 0;
    return marks;
  };
}

/** `size(list)`. */
export function lengthOf(list: TextList): Amount {
  const { isFixed, cost, coded } = list;
  const column = coded && { column: coded.column.lengths };
  return { type: "number", isFixed, cost: cost + 1, ...column, at: (row) => list.length(row) };
}

/** `item in list`. */
export function isIn(item: Text | Amount, list: TextList): Truth {
  const part = { type: "bool", isFixed: item.isFixed && list.isFixed } as const;
  if (list.constants !== undefined) {
    const wanted = new Set(list.constants);
    return { ...part, cost: item.cost + 1, at: (row) => wanted.has(item.at(row)) };
  }
  const variable: Variable = { value: "" };
  const isItem: Truth = {
    type: "bool",
    isFixed: item.isFixed,
    cost: item.cost,
    at: (row) => variable.value === item.at(row),
  };
  return overItems("exists", list, variable, isItem);
}

/** A list that is written out, of texts or of numbers. */
export function writtenList(items: readonly (string | number)[]): TextList {
  return {
    type: "list",
    isFixed: true,
    cost: 1,
    constants: items,
    length: () => items.length,
    item: (_, at) => items[at]!,
  };
}
