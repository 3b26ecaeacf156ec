/** Every way in which Segue can fail, as a closed list: callers branch on these and on nothing
 *  else. */
export const FAILURE_CODES = [
  "bad_event",
  "bad_request",
  "bad_configuration",
  "bad_bundle",
  "bad_record",
  "bad_log_folder",
  "log_unavailable",
  "log_data_lost",
  "stale_owner",
  "store_unavailable",
  "training_diverged",
  "bad_checkpoint",
  "dependency_missing",
  "bug",
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** A failure with a code from the closed list, the field that is at fault where there is one, and
 *  the cause. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  /** The field, file or key at fault, as the caller would write it. */
  readonly field: string | undefined;

  constructor(
    code: FailureCode,
    message: string,
    detail: { readonly field?: string; readonly cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.field = detail.field;
  }
}

/** Ends the process's current work where an invariant does not hold. */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new Failure("bug", `invariant does not hold: ${invariant}`);
}
