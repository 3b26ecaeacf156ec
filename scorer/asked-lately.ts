import type { ListenerId } from "../core/domain/ids.ts";

/** The listeners who were asked for of late. */
export interface AskedLately {
  add(listener: ListenerId): void;
  /** At least the last `listenersMax` of them, each once, where there were as many. */
  all(): ReadonlySet<ListenerId>;
}

const LISTENERS_MAX = 4_096;

/** Two sets in turn: what a set costs, and never more than twice `listenersMax`. */
export function createAskedLately(listenersMax = LISTENERS_MAX): AskedLately {
  let before = new Set<ListenerId>();
  let now = new Set<ListenerId>();
  return {
    add(listener) {
      if (now.size >= listenersMax && !now.has(listener)) {
        before = now;
        now = new Set();
      }
      now.add(listener);
    },
    all: () => new Set([...before, ...now]),
  };
}
