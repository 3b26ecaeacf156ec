import { Failure, type FailureCode } from "./failure.ts";

/** A failure on its way between threads, where errors lose their class and fields. */
export interface FailureMessage {
  readonly code: FailureCode;
  readonly message: string;
  readonly field: string | undefined;
}

export function toFailureMessage(error: unknown): FailureMessage {
  if (error instanceof Failure) {
    return { code: error.code, message: error.message, field: error.field };
  }
  return { code: "bug", message: String(error), field: undefined };
}

export function fromFailureMessage({ code, message, field }: FailureMessage): Failure {
  return new Failure(code, message, field === undefined ? {} : { field });
}
