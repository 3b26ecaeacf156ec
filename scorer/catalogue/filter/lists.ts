import type { Amount, Text, TextList, Truth } from "./expression.ts";

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
  const items = list.constants?.length ?? ITEMS_USUAL;
  const holds = conditionOf(list, variable, condition);
  const counts = (row: number, enough: number, wanted: boolean): number => {
    let count = 0;
    const length = list.length(row);
    for (let at = 0; at < length && count < enough; at++) {
      if (holds(row, at) === wanted) count++;
    }
    return count;
  };
  const ask = {
    exists: (row: number) => counts(row, 1, true) === 1,
    all: (row: number) => counts(row, 1, false) === 0,
    exists_one: (row: number) => counts(row, 2, true) === 1,
  };
  return {
    type: "bool",
    isFixed: list.isFixed && condition.isFixed,
    cost: list.cost + items * condition.cost + 1,
    at: ask[macro],
  };
}

function conditionOf(
  list: TextList,
  variable: Variable,
  condition: Truth,
): (row: number, at: number) => boolean {
  const { coded } = list;
  if (coded === undefined || !condition.isFixed) {
    return (row, at) => {
      variable.value = list.item(row, at);
      return condition.at(row);
    };
  }
  const judge = judgeOnce(coded.texts, (text) => {
    variable.value = text;
    return condition.at(0);
  });
  return (row, at) => judge(coded.code(row, at));
}

/** What `judge` says of a text, by its code; texts may be added at any time. */
function judgeOnce(
  texts: readonly string[],
  judge: (text: string) => boolean,
): (code: number) => boolean {
  const NOT_YET = 2;
  let verdicts = new Uint8Array(texts.length).fill(NOT_YET);
  return (code) => {
    if (code >= verdicts.length) {
      const more = new Uint8Array(2 * texts.length).fill(NOT_YET);
      more.set(verdicts);
      verdicts = more;
    }
    if (verdicts[code] === NOT_YET) verdicts[code] = judge(texts[code]!) ? 1 : 0;
    return verdicts[code] === 1;
  };
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
