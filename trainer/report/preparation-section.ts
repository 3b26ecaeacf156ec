import { counted } from "../counted.ts";
import type { LogSize, Preparation } from "../prepare/preparation.ts";
import { asNumber, asRecord } from "./learning-curves.ts";
import { escaped, htmlTable } from "./markup.ts";

export const PREPARATION_TITLE = "What was not learned from";
export const PREPARATION_NOTE =
  "Steps of the training in their order, each on what the ones before it left: events and tracks " +
  "that are not learned, sessions and listeners of whom nothing is left.";

const COUNTED = ["events", "sessions", "listeners", "tracks"] as const;

/** Reads `training.preparation` of a manifest; undefined where it has not this trainer's shape. */
export function preparationTold(
  training: Readonly<Record<string, unknown>>,
): Preparation | undefined {
  const told = asRecord(training.preparation);
  const leftOut = Object.entries(asRecord(told.left_out));
  const split = asRecord(told.split);
  const isSplit = [split.trained, split.cut, split.held_back].every(isCount);
  if (!isSplit || leftOut.length === 0) return undefined;
  if (![told.read, ...leftOut.map(([, left]) => left)].every(isSize)) return undefined;
  return told as unknown as Preparation;
}

function isSize(told: unknown): boolean {
  const size = asRecord(told);
  return COUNTED.every((name) => isCount(size[name]));
}

function isCount(told: unknown): boolean {
  return asNumber(told) !== undefined;
}

export function preparationParts({ read, left_out, split }: Preparation): string {
  const columns = COUNTED.map((title) => ({ title, isNumber: true }));
  const row = ([name, size]: readonly [string, LogSize]) => ({
    cells: [escaped(name.replaceAll("_", " ")), ...COUNTED.map((what) => counted(size[what]))],
  });
  const steps = Object.entries(left_out).map(row);
  const table = htmlTable([{ title: "step" }, ...columns], [[row(["read", read])], steps]);
  const told =
    `Weights and blend were chosen on ${counted(split.held_back)} later sessions, by models ` +
    `that had learned from ${counted(split.trained)} earlier ones. ${counted(split.cut)} of ` +
    "these were under way when the first later one began, and end there.";
  return `${table}<p class="note">${told}</p>`;
}
