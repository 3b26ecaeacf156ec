import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import type { Interval } from "../evaluate/bootstrap.ts";
import type { SearchSpace, Settings } from "./search-space.ts";

/** The first line of a journal: all that the sequence of trials depends on. */
export interface JournalHead {
  readonly format: typeof JOURNAL_FORMAT;
  /** A hash of the log's sessions and of what is in them. */
  readonly log: string;
  readonly space: SearchSpace;
  /** The settings that every trial has but for those of the space, as a configuration file. */
  readonly config: object;
  readonly seed: number;
}

/** The name counts up with every change of the format. */
export const JOURNAL_FORMAT = "segue.tuning/1";

/** A further line: what a trial was worth at a rung. */
export interface FinishedRung {
  readonly trial: number;
  /** From 0. */
  readonly rung: number;
  readonly settings: Settings;
  /** Epochs learned of each model that the space touches; fewer where patience ended it. */
  readonly epochs: Readonly<Record<string, number>>;
  /** Whether the training diverged; its figures are 0 then. */
  readonly diverged?: true;
  /** √(recall@20 · mrr@20) of the blend over the held-back predictions. */
  readonly worth: number;
  readonly recall20: number;
  readonly mrr20: number;
  readonly interval: Interval;
  /** The worth minus that of trial 0 at its last rung, with its paired interval. */
  readonly gain?: { readonly value: number; readonly interval: Interval };
  /** Of trial 0 at its last rung: the rank of each prediction's answer, `a` for the first place to
   *  `t` for the twentieth, a dot further down. */
  readonly places?: string;
  /** The budget's time that was spent by then. */
  readonly spent_seconds: number;
}

export interface Journal {
  /** Those that were there when the journal was opened. */
  readonly finished: readonly FinishedRung[];
  /** Adds a line; it is durable on return. */
  append(rung: FinishedRung): void;
  close(): void;
}

/** Opens a search's journal, or begins one. A line that a kill cut off is taken away. Throws
 *  `bad_configuration` with `--out` for the journal of another search, `bad_checkpoint` for one
 *  that is damaged, and what the disk throws. */
export function openJournal(path: string, head: JournalHead): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a+");
  try {
    const { lines, wholeBytes } = wholeLines(path);
    if (lines[0] !== undefined) refuseOther(path, parseLine(path, lines[0], 1), head);
    const finished = lines.slice(1).map((line, at) => finishedRung(path, line, at + 2));
    ftruncateSync(file, wholeBytes);
    const append = (line: object) => {
      writeSync(file, `${JSON.stringify(line)}\n`);
      fsyncSync(file);
    };
    if (lines.length === 0) {
      append(head);
      syncFolder(dirname(path));
    }
    return { finished, append, close: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function wholeLines(path: string): {
  readonly lines: readonly string[];
  readonly wholeBytes: number;
} {
  const bytes = readFileSync(path);
  const wholeBytes = bytes.lastIndexOf("\n") + 1;
  const text = bytes.subarray(0, wholeBytes).toString("utf8");
  return { lines: text.split("\n").slice(0, -1), wholeBytes };
}

function finishedRung(path: string, line: string, number: number): FinishedRung {
  const told = parseLine(path, line, number) as Partial<FinishedRung>;
  const numbers = [told.trial, told.rung, told.worth, told.spent_seconds];
  const objects = [told.settings, told.epochs, told.interval];
  if (!numbers.every(Number.isFinite) || !objects.every((part) => typeof part === "object")) {
    throw new Failure("bad_checkpoint", `${path}: line ${number} is no finished rung`);
  }
  return told as FinishedRung;
}

function parseLine(path: string, line: string, number: number): object {
  let told: unknown;
  try {
    told = JSON.parse(line);
  } catch (cause) {
    throw new Failure("bad_checkpoint", `${path}: line ${number} is damaged`, { cause });
  }
  if (typeof told === "object" && told !== null) return told;
  throw new Failure("bad_checkpoint", `${path}: line ${number} is damaged`);
}

function refuseOther(path: string, written: Partial<JournalHead>, asked: JournalHead): void {
  if (written.format !== asked.format) {
    throw new Failure("bad_checkpoint", `${path} is no journal of ${asked.format}`);
  }
  for (const [key, what] of SAME_THROUGHOUT) {
    if (JSON.stringify(written[key]) === JSON.stringify(asked[key])) continue;
    const message = `${path} is the journal of a search with ${what}; give it another folder`;
    throw new Failure("bad_configuration", message, { field: "--out" });
  }
}

const SAME_THROUGHOUT: readonly (readonly [keyof JournalHead, string])[] = [
  ["log", "another log, or other sessions of it"],
  ["space", "another space"],
  ["config", "another configuration"],
  ["seed", "another seed"],
];

function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
