import { type ServiceError, status } from "@grpc/grpc-js";

/** Every way in which a call can fail, as a closed list to branch on. */
export type ClientFailureCode =
  /** The request or an option is wrong; `field` names what. Another try changes nothing. */
  | "bad_request"
  /** There is no valid token, or it does not allow this. */
  | "not_allowed"
  /** No server answers. */
  | "unreachable"
  /** A server has too much to do. */
  | "too_busy"
  /** The deadline passed. */
  | "timed_out"
  /** A server answered that it could not. */
  | "server_failed"
  /** So many events wait already that this one was not taken. */
  | "queue_full"
  /** The client was closed before. */
  | "closed";

interface FailureDetail {
  readonly field?: string | undefined;
  readonly pushbackMs?: number | undefined;
  readonly cause?: unknown;
}

/** What every promise and every call of this package fails with. */
export class ClientFailure extends Error {
  override readonly name = "ClientFailure";
  readonly code: ClientFailureCode;
  /** The field of the request, or the option, that is wrong. */
  readonly field: string | undefined;
  /** How long the server asks to wait before another try, in milliseconds. */
  readonly pushbackMs: number | undefined;

  constructor(code: ClientFailureCode, message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.field = detail.field;
    this.pushbackMs = detail.pushbackMs;
  }
}

const CODES: Readonly<Partial<Record<status, ClientFailureCode>>> = {
  [status.INVALID_ARGUMENT]: "bad_request",
  [status.OUT_OF_RANGE]: "bad_request",
  [status.UNAUTHENTICATED]: "not_allowed",
  [status.PERMISSION_DENIED]: "not_allowed",
  [status.UNAVAILABLE]: "unreachable",
  [status.RESOURCE_EXHAUSTED]: "too_busy",
  [status.DEADLINE_EXCEEDED]: "timed_out",
};

/** What a gRPC error means to a caller. */
export function failureOf(error: ServiceError): ClientFailure {
  const code = CODES[error.code] ?? "server_failed";
  const [field] = error.metadata.get("segue-field");
  return new ClientFailure(code, error.details, {
    field: field === undefined ? undefined : String(field),
    pushbackMs: pushbackOf(error),
    cause: error,
  });
}

/** A number that is no wait, such as -1, says that no other try is wanted soon; it counts as none
 *  given, since what waits for it has a pace of its own. */
function pushbackOf({ metadata }: ServiceError): number | undefined {
  const [text] = metadata.get("grpc-retry-pushback-ms");
  const pushbackMs = Number(text);
  return text !== undefined && pushbackMs >= 0 ? pushbackMs : undefined;
}
