import { isUnwanted } from "../event-columns.ts";
import type { Sequences } from "../sequences.ts";
import { allPlays, type KeptPlays } from "./kept-plays.ts";
import type { AutomatedListeningConfig } from "./preparing-config.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Leaves out sessions that no person listens to: those that touch 24 hours with more plays than a
 *  person can hear, or a stretch of listening that goes on for too long without a pause of
 *  `idleTimeoutMs`, and those that loop one track. A log whose rows are only numbered has no hours;
 *  of it, only loops are left out. */
export function automatedListening(
  log: Sequences,
  config: AutomatedListeningConfig,
  idleTimeoutMs: number,
): KeptPlays {
  const kept = allPlays(log);
  if (!config.enabled) return kept;
  leaveOutLoops(log, config.sameTrackRunMax, kept);
  if (!log.realClock) return kept;
  leaveOutCrowdedDays(log, config.playsPerDayMax, kept);
  const unbrokenMs = config.unbrokenHoursMax * HOUR_MS;
  leaveOutUnbroken(log, { unbrokenMs, idleTimeoutMs }, kept);
  return kept;
}

function leaveOutLoops(log: Sequences, sameTrackRunMax: number, kept: KeptPlays): void {
  const { track, sessionStarts } = log;
  for (let session = 0; session < kept.length; session++) {
    let run = 1;
    for (let event = sessionStarts[session]! + 1; event < sessionStarts[session + 1]!; event++) {
      run = track[event] === track[event - 1] ? run + 1 : 1;
      if (run > sameTrackRunMax) kept[session] = 0;
    }
  }
}

/** Goes through each listener's events with a window on the last 24 hours. */
function leaveOutCrowdedDays(log: Sequences, playsPerDayMax: number, kept: KeptPlays): void {
  const { listenerStarts, sessionStarts, features } = log;
  const heard = (event: number) => (isUnwanted(features, event) ? 0 : 1);
  for (let listener = 0, session = 0; listener + 1 < listenerStarts.length; listener++) {
    const first = listenerStarts[listener]!;
    let [oldest, oldestSession, spanMs, plays] = [first, session, 0, 0];
    for (let event = first; event < listenerStarts[listener + 1]!; event++) {
      if (event === sessionStarts[session + 1]) session++;
      if (event > first) spanMs += features.gapMs[event]!;
      plays += heard(event);
      while (spanMs >= DAY_MS) {
        plays -= heard(oldest++);
        spanMs -= features.gapMs[oldest]!;
        if (oldest === sessionStarts[oldestSession + 1]) oldestSession++;
      }
      if (plays > playsPerDayMax) kept.fill(0, oldestSession, session + 1);
    }
    session++;
  }
}

function leaveOutUnbroken(
  log: Sequences,
  { unbrokenMs, idleTimeoutMs }: { readonly unbrokenMs: number; readonly idleTimeoutMs: number },
  kept: KeptPlays,
): void {
  const { listenerStarts, sessionStarts, features } = log;
  for (let listener = 0, session = 0; listener + 1 < listenerStarts.length; listener++) {
    const first = listenerStarts[listener]!;
    let [firstSession, spanMs] = [session, 0];
    for (let event = first; event < listenerStarts[listener + 1]!; event++) {
      if (event === sessionStarts[session + 1]) session++;
      const gapMs = features.gapMs[event]!;
      if (event === first || gapMs > idleTimeoutMs) [firstSession, spanMs] = [session, 0];
      else spanMs += gapMs;
      if (spanMs > unbrokenMs) kept.fill(0, firstSession, session + 1);
    }
    session++;
  }
}
