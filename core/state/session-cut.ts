import type { EventFeatures } from "../bundle/features.ts";
import type { SessionId } from "../domain/ids.ts";
import type { ListeningEvent } from "../domain/listening-event.ts";
import { rememberedFraction, rememberedTimeMs } from "./remembered.ts";

/** Silence that ends a session where the player has none of its own, in milliseconds. */
export const IDLE_TIMEOUT_MS = 30 * 60 * 1000;

/** What cutting needs of the listener's previous event. */
export interface PreviousEvent {
  readonly lastEventAtMs: number;
  readonly session: SessionId | undefined;
}

/** Whether something asked for or heard at `atMs` belongs to a new session. The player's own
 *  session decides where it gives one; silence decides elsewhere. */
export function startsSession(
  previous: PreviousEvent | undefined,
  next: { readonly session: SessionId | undefined; readonly atMs: number },
  idleTimeoutMs: number,
): boolean {
  if (previous === undefined) return true;
  if (next.session !== undefined) return next.session !== previous.session;
  return next.atMs - previous.lastEventAtMs > idleTimeoutMs;
}

/** What the models hear of `event`. The trainer, ingest and the scorer's `pending` all come through
 *  here, so that a model serves on just what it was trained on. */
export function eventFeatures(
  previous: PreviousEvent | undefined,
  event: ListeningEvent,
  sessionStart: boolean,
): EventFeatures {
  return {
    kind: event.kind,
    fractionPlayed: fractionPlayed(event),
    gapMs: previous === undefined ? 0 : gapMs(previous.lastEventAtMs, event.happenedAtMs),
    sessionStart,
    context: event.contextKind,
    shuffle: event.shuffle,
  };
}

function gapMs(beforeMs: number, atMs: number): number {
  return Math.max(0, rememberedTimeMs(atMs) - rememberedTimeMs(beforeMs));
}

function fractionPlayed(event: ListeningEvent): number {
  if (event.playedMs === undefined || !event.trackMs) return event.kind === "finished" ? 1 : 0;
  return rememberedFraction(Math.min(1, event.playedMs / event.trackMs));
}
