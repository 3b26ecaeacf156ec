import type { ASTNode } from "@marcbachmann/cel-js";
import type { CatalogueColumns } from "../columns.ts";
import { both, not } from "./combine.ts";
import { type Comparison, compareAmounts, compareTexts } from "./compare.ts";
import {
  type Amount,
  type Expression,
  fixed,
  type Text,
  type TextList,
  type Truth,
} from "./expression.ts";
import {
  isIn,
  LIST_MACROS,
  type ListMacro,
  lengthOf,
  overItems,
  type Variable,
  writtenList,
} from "./lists.ts";
import { filterError, parseFilter, TRACK_FIELDS, type TrackField } from "./parse-filter.ts";
import { isKnown, trackField } from "./track-fields.ts";

/** A filter may take about so many steps for one track. */
const COST_MAX = 500;

/** A filter over `columns`, ready to be asked. `docs/recommending.md` tells what of CEL it may
 *  hold. Throws `bad_request` on `field`, with the place in the expression. */
export function compileFilter(columns: CatalogueColumns, text: string, field: string): Truth {
  const ast = parseFilter(text, field);
  const compiled = compile({ columns, field, text, variables: new Map() }, ast);
  if (compiled.type !== "bool") throw filterError({ field, text, at: 0 }, "it is not of type bool");
  if (compiled.cost <= COST_MAX) return compiled;
  const problem = `it takes ${compiled.cost} steps for each track, more than ${COST_MAX}`;
  throw filterError({ field, text, at: 0 }, problem);
}

interface Context {
  readonly columns: CatalogueColumns;
  readonly field: string;
  readonly text: string;
  /** Of the macro around it. */
  readonly variables: ReadonlyMap<string, Variable & { readonly type: "string" | "number" }>;
}

function compile(context: Context, node: ASTNode): Expression {
  switch (node.op) {
    case "value":
      return literal(context, node, node.args);
    case "id":
      return variable(context, node);
    case ".":
      return trackField(context.columns, fieldOf(context, node));
    case "&&":
    case "||": {
      const [left, right] = node.args;
      return both(node.op, truthOf(context, left), truthOf(context, right));
    }
    case "!_":
      return not(truthOf(context, node.args));
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return comparison(context, node, node.op, node.args);
    case "in":
      return membership(context, node.args);
    case "list":
      return list(context, node.args);
    case "-_": {
      const value = amountOf(context, node.args);
      const minus = value.constant === undefined ? {} : { constant: -value.constant };
      const { isFixed, cost } = value;
      return { type: "number", isFixed, cost, ...minus, at: (row) => -value.at(row) };
    }
    case "call":
      return call(context, node, node.args[0], node.args[1]);
    case "rcall":
      return methodCall(context, node);
    default:
      throw refused(context, node, `${NAMES[node.op] ?? `"${node.op}"`} is not taken`);
  }
}

const NAMES: Readonly<Record<string, string>> = {
  "?:": 'the choice "? :"',
  "[]": "an index",
  map: "a map",
};

function refused({ field, text }: Context, node: ASTNode, problem: string) {
  return filterError({ field, text, at: node.pos }, problem);
}

function literal(context: Context, node: ASTNode, value: unknown): Expression {
  const same = { isFixed: true, cost: 0 } as const;
  if (typeof value === "string") return { type: "string", ...same, at: () => value };
  if (typeof value === "boolean") return { type: "bool", ...same, at: () => value };
  if (typeof value === "number" || typeof value === "bigint") {
    const constant = Number(value);
    if (typeof value === "number" || Number.isSafeInteger(constant)) {
      return fixed(constant);
    }
    throw refused(context, node, "the number is beyond 2⁵³");
  }
  throw refused(context, node, "only texts, numbers, true and false can be written out");
}

function variable(context: Context, node: ASTNode & { op: "id" }): Expression {
  const found = context.variables.get(node.args);
  if (found === undefined) throw refused(context, node, "name a field of track, as track.genres");
  const part = { isFixed: true, cost: 1 } as const;
  return found.type === "string"
    ? { type: "string", ...part, at: () => found.value as string }
    : { type: "number", ...part, at: () => found.value as number };
}

function fieldOf(context: Context, node: ASTNode): TrackField {
  if (node.op === "." && node.args[0].op === "id" && node.args[0].args === "track") {
    if (node.args[1] in TRACK_FIELDS) return node.args[1] as TrackField;
  }
  throw refused(context, node, "only fields of track can be named, as track.genres");
}

function comparison(
  context: Context,
  node: ASTNode,
  operator: Comparison,
  [left, right]: readonly [ASTNode, ASTNode],
): Truth {
  const [one, other] = [compile(context, left), compile(context, right)];
  if (one.type === "number" && other.type === "number") {
    return compareAmounts(operator, one, other);
  }
  if (one.type === "string" && other.type === "string") return compareTexts(operator, one, other);
  if (one.type === "bool" && other.type === "bool" && (operator === "==" || operator === "!=")) {
    const isEqual = operator === "==";
    const isFixed = one.isFixed && other.isFixed;
    const at = (row: number) => (one.at(row) === other.at(row)) === isEqual;
    return { type: "bool", isFixed, cost: one.cost + other.cost + 1, at };
  }
  throw refused(context, node, "only texts, numbers and truths can be compared");
}

function membership(context: Context, [item, among]: readonly [ASTNode, ASTNode]): Truth {
  const [one, list] = [compile(context, item), listOf(context, among)];
  if (one.type === "string" || one.type === "number") return isIn(one, list);
  throw refused(context, item, "only texts and numbers can be looked for in a list");
}

function list(context: Context, nodes: readonly ASTNode[]): TextList {
  const items = nodes.map((node) => {
    const item = compile(context, node);
    const isWritten = item.isFixed && (node.op === "value" || node.op === "-_");
    if (isWritten && (item.type === "string" || item.type === "number")) return item.at(0);
    throw refused(context, node, "a list is of texts or numbers that are written out");
  });
  return writtenList(items);
}

function call(context: Context, node: ASTNode, name: string, nodes: readonly ASTNode[]) {
  const [first] = nodes;
  if (first !== undefined && name === "has") {
    return isKnown(trackField(context.columns, fieldOf(context, first)));
  }
  if (first !== undefined && name === "size") return sizeOf(context, first);
  if (first !== undefined && name === "double") return amountOf(context, first);
  throw refused(context, node, `the function ${name} is not taken`);
}

function sizeOf(context: Context, node: ASTNode): Amount {
  const measured = compile(context, node);
  if (measured.type === "list") return lengthOf(measured);
  if (measured.type === "string") {
    const { isFixed, cost } = measured;
    // CEL counts code points.
    const at = (row: number) => [...measured.at(row)].length;
    return { type: "number", isFixed, cost: cost + 1, at };
  }
  throw refused(context, node, "only lists and texts have a size");
}

function methodCall(context: Context, node: ASTNode & { op: "rcall" }): Expression {
  const [name, receiver, nodes] = node.args;
  if (name === "size") return sizeOf(context, receiver);
  if (isMacro(name)) return macro(context, node, name, listOf(context, receiver));
  const search = TEXT_SEARCHES[name];
  if (search === undefined || nodes.length !== 1) {
    throw refused(context, node, `the method ${name} is not taken`);
  }
  const [within, wanted] = [textOf(context, receiver), textOf(context, nodes[0]!)];
  return {
    type: "bool",
    isFixed: within.isFixed && wanted.isFixed,
    cost: within.cost + wanted.cost + 2,
    at: (row) => search(within.at(row), wanted.at(row)),
  };
}

const TEXT_SEARCHES: Readonly<Record<string, (within: string, wanted: string) => boolean>> = {
  startsWith: (within, wanted) => within.startsWith(wanted),
  endsWith: (within, wanted) => within.endsWith(wanted),
  contains: (within, wanted) => within.includes(wanted),
};

function isMacro(name: string): name is ListMacro {
  return LIST_MACROS.some((macro) => macro === name);
}

function macro(
  context: Context,
  node: ASTNode & { op: "rcall" },
  name: ListMacro,
  list: TextList,
): Truth {
  const [bound, condition] = node.args[2];
  if (context.variables.size > 0)
    throw refused(context, node, "a macro within a macro is not taken");
  if (bound?.op !== "id" || condition === undefined || node.args[2].length !== 2) {
    throw refused(context, node, `${name} takes a variable and a condition`);
  }
  if (bound.args === "track") throw refused(context, bound, "the variable needs another name");
  const type: "string" | "number" = typeof list.constants?.[0] === "number" ? "number" : "string";
  const held = { value: "" as string | number, type };
  const within = { ...context, variables: new Map([[bound.args, held]]) };
  return overItems(name, list, held, truthOf(within, condition));
}

function truthOf(context: Context, node: ASTNode): Truth {
  const compiled = compile(context, node);
  if (compiled.type === "bool") return compiled;
  throw refused(context, node, "it is neither true nor false");
}

function amountOf(context: Context, node: ASTNode): Amount {
  const compiled = compile(context, node);
  if (compiled.type === "number") return compiled;
  throw refused(context, node, "it is no number");
}

function textOf(context: Context, node: ASTNode): Text {
  const compiled = compile(context, node);
  if (compiled.type === "string") return compiled;
  throw refused(context, node, "it is no text");
}

function listOf(context: Context, node: ASTNode): TextList {
  const compiled = compile(context, node);
  if (compiled.type === "list") return compiled;
  throw refused(context, node, "it is no list");
}
