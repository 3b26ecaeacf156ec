import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Failure, type FailureCode } from "../core/domain/failure.ts";

/** What a caller gets for each failure. */
const STATUSES: Readonly<Record<FailureCode, status>> = {
  bad_event: status.INVALID_ARGUMENT,
  bad_request: status.INVALID_ARGUMENT,
  bad_configuration: status.INTERNAL,
  bad_bundle: status.FAILED_PRECONDITION,
  bad_record: status.DATA_LOSS,
  bad_log_folder: status.INTERNAL,
  log_unavailable: status.UNAVAILABLE,
  log_data_lost: status.DATA_LOSS,
  stale_owner: status.ABORTED,
  store_unavailable: status.UNAVAILABLE,
  training_diverged: status.INTERNAL,
  bad_checkpoint: status.INTERNAL,
  dependency_missing: status.FAILED_PRECONDITION,
  bug: status.INTERNAL,
};

/** An error as gRPC sends it: the status, the sentence, and, in the trailer `segue-field`, the
 *  name of the field at fault. What is not a `Failure` keeps its words to itself: they may hold
 *  an id. */
export function statusOf(error: unknown): Pick<ServiceError, "code" | "details" | "metadata"> {
  const metadata = new Metadata();
  if (!(error instanceof Failure)) {
    return { code: status.INTERNAL, details: "the scorer failed", metadata };
  }
  metadata.set("segue-failure", error.code);
  if (error.field !== undefined) metadata.set("segue-field", error.field);
  return { code: STATUSES[error.code], details: error.message, metadata };
}

/** A refusal that says when another try is worth it, as gRPC's own retry policies read it. */
export function refusedFor(
  pushbackMs: number,
): Pick<ServiceError, "code" | "details" | "metadata"> {
  const metadata = new Metadata();
  metadata.set("grpc-retry-pushback-ms", String(pushbackMs));
  return { code: status.RESOURCE_EXHAUSTED, details: "too many calls are under way", metadata };
}

export function plainStatus(
  code: status,
  details: string,
): Pick<ServiceError, "code" | "details" | "metadata"> {
  return { code, details, metadata: new Metadata() };
}
