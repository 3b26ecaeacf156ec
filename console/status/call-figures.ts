import type { MethodFigures, RungFigures } from "../../proto/gen/segue/v1/console.ts";
import type { CallObserver, ServedCall } from "../../scorer/observed-service.ts";
import type { Recommendation, Rung } from "../../scorer/recommendation.ts";
import { WIRE_RUNGS } from "../../scorer/replies.ts";

/** Counts and times of calls and lists over the last five minutes. */
export interface CallFigures {
  readonly onCall: CallObserver;
  readonly onRecommended: (recommendation: Pick<Recommendation, "rung">) => void;
  methods(): MethodFigures[];
  rungs(): RungFigures[];
}

const SLOT_MS = 10_000;
const SLOTS = 30;
/** Neighbouring durations of a histogram differ by so much. */
const STEP = 1.04;

interface Slot {
  readonly began: number;
  readonly methods: Map<string, Calls>;
  readonly rungs: Map<Rung, number>;
}

interface Calls {
  /** How many calls took STEP^key milliseconds. */
  readonly durations: Map<number, number>;
  readonly errors: Map<string, number>;
}

/** `nowMs` is a clock that only goes forwards. */
export function createCallFigures(nowMs: () => number): CallFigures {
  const slots: Slot[] = [];
  const slotOfNow = (): Slot => {
    const began = Math.floor(nowMs() / SLOT_MS);
    while (slots.length > 0 && slots[0]!.began <= began - SLOTS) slots.shift();
    const last = slots.at(-1);
    if (last?.began === began) return last;
    const slot: Slot = { began, methods: new Map(), rungs: new Map() };
    slots.push(slot);
    return slot;
  };
  return {
    onCall: (method) => (call) => note(slotOfNow(), method, call),
    onRecommended: ({ rung }) => add(slotOfNow().rungs, rung, 1),
    methods() {
      slotOfNow();
      const names = [...new Set(slots.flatMap(({ methods }) => [...methods.keys()]))].sort();
      return names.map((name) => figuresOf(name, slots));
    },
    rungs() {
      slotOfNow();
      const sums = summed(slots.map((slot) => slot.rungs));
      return [...sums]
        .map(([rung, lists]) => ({ rung: WIRE_RUNGS[rung], lists }))
        .sort((a, b) => a.rung - b.rung);
    },
  };
}

function note(slot: Slot, method: string, { code, seconds }: ServedCall): void {
  const calls = slot.methods.get(method) ?? { durations: new Map(), errors: new Map() };
  slot.methods.set(method, calls);
  const ms = Math.max(seconds * 1000, 1e-3);
  add(calls.durations, Math.round(Math.log(ms) / Math.log(STEP)), 1);
  if (code !== "OK") add(calls.errors, code, 1);
}

function figuresOf(method: string, slots: readonly Slot[]): MethodFigures {
  const calls = slots.flatMap((slot) => slot.methods.get(method) ?? []);
  const durations = summed(calls.map((one) => one.durations));
  const errors = summed(calls.map((one) => one.errors));
  const count = [...durations.values()].reduce((sum, number) => sum + number, 0);
  return {
    method,
    calls: count,
    errors: [...errors].map(([status, number]) => ({ status, calls: number })),
    p50Ms: quantile(durations, count * 0.5),
    p99Ms: quantile(durations, count * 0.99),
  };
}

/** The duration that `rank` calls took at most. */
function quantile(durations: ReadonlyMap<number, number>, rank: number): number {
  let below = 0;
  for (const [key, number] of [...durations].sort(([a], [b]) => a - b)) {
    below += number;
    if (below >= rank) return STEP ** key;
  }
  return 0;
}

function summed<Key>(maps: readonly ReadonlyMap<Key, number>[]): Map<Key, number> {
  const sums = new Map<Key, number>();
  for (const map of maps) for (const [key, number] of map) add(sums, key, number);
  return sums;
}

function add<Key>(sums: Map<Key, number>, key: Key, number: number): void {
  sums.set(key, (sums.get(key) ?? 0) + number);
}
