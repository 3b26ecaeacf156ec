/** Where a fetched batch lies: `from` is the offset that was fetched at, `through` the one after
 *  its last record. */
export interface FetchedRange {
  readonly from: number;
  readonly through: number;
}

/** What to do with a fetched batch.
 *  - `deliver`: it holds the expected offset.
 *  - `behind`: it ends before it, as what was fetched before a seek, or a log made anew.
 *  - `ahead`: it begins after it, over control records, or over records that retention removed. */
export type BatchPlace = "deliver" | "behind" | "ahead";

export function placeOf(batch: FetchedRange, expected: number): BatchPlace {
  if (batch.through <= expected) return "behind";
  if (batch.from > expected) return "ahead";
  return "deliver";
}
