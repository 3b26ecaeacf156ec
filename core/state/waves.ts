/** The most rows that one batched GRU call takes. */
export const WAVE_ROWS_MAX = 256;

/** One row of a wave: the step that it takes, and whose it is. */
export interface WaveRow<Owner, Step> {
  readonly owner: Owner;
  readonly step: Step;
}

/** Splits the steps of many listeners into waves with at most one step per listener, so each
 *  wave is one batched GRU call while every listener's steps keep their order. */
export function waves<Step, Owner extends { readonly steps: readonly Step[] }>(
  owners: readonly Owner[],
  rowsMax = WAVE_ROWS_MAX,
): WaveRow<Owner, Step>[][] {
  const result: WaveRow<Owner, Step>[][] = [];
  let waiting = owners.filter((owner) => owner.steps.length > 0);
  for (let turn = 0; waiting.length > 0; turn++) {
    for (let start = 0; start < waiting.length; start += rowsMax) {
      const rows = waiting.slice(start, start + rowsMax);
      result.push(rows.map((owner) => ({ owner, step: owner.steps[turn] as Step })));
    }
    waiting = waiting.filter((owner) => owner.steps.length > turn + 1);
  }
  return result;
}
