import { Failure } from "../../core/domain/failure.ts";

/** Throws `bad_log_folder` naming the first column that a file lacks, and those that it has. */
export function requireColumns(
  needed: readonly string[],
  names: readonly string[],
  { place, field }: { readonly place: string; readonly field: string },
): void {
  const missing = needed.find((column) => !names.includes(column));
  if (missing === undefined) return;
  const message = `${place}: there is no column "${missing}"; the columns are ${names.join(", ")}`;
  throw new Failure("bad_log_folder", message, { field });
}
