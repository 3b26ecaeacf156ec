export { ClientFailure, type ClientFailureCode } from "./client-failure.ts";
export {
  connectSegue,
  type NextTracks,
  type NextTracksQuestion,
  type Published,
  type Segue,
} from "./connect.ts";
export type { ReportedEvent } from "./listening-event.ts";
export type { EventOptions, SegueOptions, TlsOptions } from "./options.ts";
