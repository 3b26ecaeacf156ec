import { ClientFailure } from "./client-failure.ts";
import type { ReportedEvent } from "./listening-event.ts";

/** How to reach Segue, and how long to try. */
export interface SegueOptions {
  /** HOST:PORT, or another gRPC target, such as "dns:///scorer:7600" for all of a name. */
  readonly address: string;
  /** Speaks TLS where it is given; `{}` trusts the authorities of this machine. */
  readonly tls?: TlsOptions;
  /** Asked before each call for the token to send; keep it fresh yourself. */
  readonly token?: () => string;
  /** From asking for a list to having one, all tries together; 300 where it is not given. */
  readonly timeoutMs?: number;
  /** Tries of one call where servers are away or busy, 1 to 5; 3 where it is not given. */
  readonly attemptsMax?: number;
  /** Asks another server too where one has not answered for so long; the first answer counts.
   *  Without it a call is tried again only after it failed. */
  readonly hedgeAfterMs?: number;
  /** What a list is made of where no server answers in time, best first. */
  readonly fallbackTracks?: readonly string[];
  readonly events?: EventOptions;
}

/** PEM texts. */
export interface TlsOptions {
  readonly authorities?: string;
  /** Shown to a server that asks who calls. */
  readonly certificate?: string;
  readonly key?: string;
}

/** How reported events wait and travel. */
export interface EventOptions {
  /** Events that travel together, 1 to 1,000; 200 where it is not given. */
  readonly batchMax?: number;
  /** How long an event waits for others, in milliseconds; 200 where it is not given. */
  readonly waitMs?: number;
  /** Events that may wait while no server takes them; 10,000 where it is not given. */
  readonly queueMax?: number;
  /** For one batch, in milliseconds; 5,000 where it is not given. */
  readonly timeoutMs?: number;
  /** Hears of an event that Segue refuses for what it says; it is not sent again. */
  readonly onRefused?: (event: ReportedEvent, failure: ClientFailure) => void;
  /** Hears of each batch that did not arrive; it is sent again. */
  readonly onDelayed?: (failure: ClientFailure) => void;
}

/** The options with all that was left out. */
export interface CheckedOptions extends SegueOptions {
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  readonly fallbackTracks: readonly string[];
  readonly events: Required<EventOptions>;
}

const ignore = () => undefined;

/** Throws `bad_request` that names the first wrong option. */
export function checkOptions(options: SegueOptions): CheckedOptions {
  const { address, timeoutMs = 300, attemptsMax = 3, hedgeAfterMs, fallbackTracks = [] } = options;
  if (address === "") throw wrong("address", "must be HOST:PORT");
  requireWithin("timeoutMs", timeoutMs, { least: 1, most: 600_000 });
  requireWithin("attemptsMax", attemptsMax, { least: 1, most: 5 });
  if (hedgeAfterMs !== undefined) {
    requireWithin("hedgeAfterMs", hedgeAfterMs, { least: 1, most: timeoutMs });
    if (attemptsMax < 2) throw wrong("hedgeAfterMs", "needs attemptsMax of at least 2");
  }
  const events = {
    batchMax: 200,
    waitMs: 200,
    queueMax: 10_000,
    timeoutMs: 5_000,
    onRefused: ignore,
    onDelayed: ignore,
    ...options.events,
  };
  requireWithin("events.batchMax", events.batchMax, { least: 1, most: 1_000 });
  requireWithin("events.waitMs", events.waitMs, { least: 0, most: 60_000 });
  requireWithin("events.queueMax", events.queueMax, { least: 1, most: 1_000_000 });
  requireWithin("events.timeoutMs", events.timeoutMs, { least: 1, most: 600_000 });
  return { ...options, timeoutMs, attemptsMax, fallbackTracks, events };
}

function requireWithin(
  field: string,
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw wrong(field, `must be a whole number from ${least} to ${most}, and is ${value}`);
}

function wrong(field: string, problem: string): ClientFailure {
  return new ClientFailure("bad_request", `${field} ${problem}`, { field });
}
