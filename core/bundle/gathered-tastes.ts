import type { ModelName } from "../domain/ids.ts";
import type { StepRunner } from "./step-runner.ts";

/** Rows of one model's states whose tastes are asked for. */
export interface TasteRows {
  readonly model: ModelName;
  readonly rows: number;
  /** [rows, H] */
  readonly hidden: Float32Array;
}

/** Gathers the tastes that are asked for in one turn of the event loop: all rows of a model go
 *  side by side, and all models in one call of `ask`, which takes their memory and returns
 *  [rows, D] of each. A row's taste is the same bits whoever stands beside it, so callers cannot
 *  tell. Where the call fails each model is asked alone, so that none falls with another. */
export function gatheredTastes(
  ask: (asked: readonly TasteRows[]) => Promise<readonly Float32Array[]>,
  afterTurn: (done: () => void) => void = setImmediate,
): StepRunner["taste"] {
  let gathered = new Map<ModelName, Waiting[]>();

  async function askAll(): Promise<void> {
    const groups = [...gathered];
    gathered = new Map();
    try {
      const tastes = await ask(groups.map(sideBySide));
      for (const [at, [, waiting]] of groups.entries()) handOut(waiting, tastes[at]!);
    } catch (error) {
      if (groups.length > 1) await Promise.all(groups.map(askAlone));
      else for (const { reject } of groups[0]![1]) reject(error);
    }
  }

  async function askAlone([model, waiting]: Group): Promise<void> {
    try {
      const [tastes] = await ask([sideBySide([model, waiting])]);
      handOut(waiting, tastes!);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  return (model, hidden, rows) =>
    new Promise((resolve, reject) => {
      if (gathered.size === 0) afterTurn(() => void askAll());
      const waiting = gathered.get(model) ?? [];
      gathered.set(model, waiting);
      waiting.push({ hidden, rows, resolve, reject });
    });
}

interface Waiting {
  readonly hidden: Float32Array;
  readonly rows: number;
  readonly resolve: (taste: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

type Group = readonly [model: ModelName, waiting: readonly Waiting[]];

function sideBySide([model, waiting]: Group): TasteRows {
  const hidden = new Float32Array(waiting.reduce((sum, one) => sum + one.hidden.length, 0));
  let at = 0;
  let rows = 0;
  for (const one of waiting) {
    hidden.set(one.hidden, at);
    at += one.hidden.length;
    rows += one.rows;
  }
  return { model, rows, hidden };
}

/** Gives everyone a copy of their own rows. */
function handOut(waiting: readonly Waiting[], tastes: Float32Array): void {
  const rows = waiting.reduce((sum, one) => sum + one.rows, 0);
  const width = rows === 0 ? 0 : tastes.length / rows;
  let at = 0;
  for (const one of waiting) {
    one.resolve(tastes.slice(at, at + one.rows * width));
    at += one.rows * width;
  }
}
