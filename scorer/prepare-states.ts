import { setTimeout as sleep } from "node:timers/promises";
import type { StepRunner } from "../core/bundle/step-runner.ts";
import { bundleMark } from "../core/domain/hash.ts";
import type { ListenerId } from "../core/domain/ids.ts";
import type { StoredRecord } from "../core/state/stored-record.ts";
import { orNotice } from "./or-notice.ts";
import { readStored } from "./read-state.ts";
import type { Scorer } from "./scorer.ts";

/** So many listeners are read in one turn of the event loop, half a millisecond of them. */
const LISTENERS_AT_ONCE = 8;
/** On a machine that is never idle, whoever is left after so long is left to their lists. */
const PREPARING_MS_MAX = 15_000;
/** What is left to calls after each turn. */
const PAUSE_MS = 5;

/** Lets `runner` step those anew who were asked for of late, so that their next list need not:
 *  right after an exchange nearly every record is one of the bundle before. */
export async function prepareStates(scorer: Scorer, runner: StepRunner): Promise<void> {
  const mark = bundleMark(scorer.bundle.manifest.id);
  const listeners = [...scorer.asked.all()];
  const over = AbortSignal.timeout(PREPARING_MS_MAX);
  for (let from = 0; from < listeners.length && !over.aborted; from += LISTENERS_AT_ONCE) {
    const foreign = new Map<ListenerId, StoredRecord>();
    for (const listener of listeners.slice(from, from + LISTENERS_AT_ONCE)) {
      const stored = orNotice(scorer, () => readStored(scorer, listener));
      if (stored !== undefined && stored.bundle !== mark) foreign.set(listener, stored);
    }
    if (foreign.size > 0) await scorer.rebuilt.prepare(foreign, runner);
    await sleep(PAUSE_MS);
  }
}
