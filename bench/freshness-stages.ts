import { percentile } from "./measure.ts";
import type { Probe } from "./probe-freshness.ts";
import type { Passage } from "./staged-ingest.ts";

/** From an acknowledgement to the reply that has heard its event, in order; `list` apart is what
 *  the same list takes that waits for nothing. */
export const STAGES = {
  fetch: "acknowledged → its batch begins",
  hear: "→ decoded, and put beside what is known of its listener",
  step: "→ both models stepped",
  commit: "→ committed and flushed",
  reply: "→ the reply, which may have seen the commit before the flush",
  list: "the same list without a wait",
} as const;
export type Stage = keyof typeof STAGES;

export type ByStage = Readonly<Record<Stage, { readonly p50: number; readonly p99: number }>>;

/** Milliseconds of each stage over the probes whose batch is known. */
export function stagesOf(probes: readonly Probe[], passages: readonly Passage[]): ByStage {
  const found = probes.flatMap((probe) => {
    const passage = passages.find(({ partition, from, next }) => {
      return partition === probe.partition && from <= probe.offset && probe.offset < next;
    });
    return passage === undefined ? [] : [{ ...probe, ...passage }];
  });
  const over = (lasted: (one: Probe & Passage) => number) => {
    const valuesMs = found.map(lasted);
    return { p50: percentile(valuesMs, 0.5), p99: percentile(valuesMs, 0.99) };
  };
  return {
    fetch: over(({ beganMs, acknowledgedMs }) => beganMs - acknowledgedMs),
    hear: over(({ heardMs, beganMs }) => heardMs - beganMs),
    step: over(({ steppedMs, heardMs }) => steppedMs - heardMs),
    commit: over(({ committedMs, steppedMs }) => committedMs - steppedMs),
    reply: over(({ repliedMs, committedMs }) => repliedMs - committedMs),
    list: over(({ listMs }) => listMs),
  };
}
