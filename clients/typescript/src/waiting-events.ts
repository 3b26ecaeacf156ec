/** Events in order, and who wants to know when those of now have left. */
export interface WaitingEvents<Event> {
  readonly count: number;
  add(event: Event): void;
  /** The oldest, at most `most`; they stay. */
  oldest(most: number): readonly Event[];
  leave(count: number): void;
  /** True once all that were added before have left; false after `timeoutMs`. */
  emptied(timeoutMs: number): Promise<boolean>;
}

/** An empty queue. */
export function waitingEvents<Event>(): WaitingEvents<Event> {
  const events: Event[] = [];
  const watchers = new Set<{ readonly until: number; readonly done: () => void }>();
  let added = 0;
  let left = 0;
  return {
    get count() {
      return events.length;
    },
    add(event) {
      events.push(event);
      added += 1;
    },
    oldest: (most) => events.slice(0, most),
    leave(count) {
      events.splice(0, count);
      left += count;
      for (const watcher of watchers) if (watcher.until <= left) watcher.done();
    },
    emptied(timeoutMs) {
      if (left >= added) return Promise.resolve(true);
      return new Promise((resolve) => {
        const settle = (isDone: boolean) => {
          clearTimeout(limit);
          watchers.delete(watcher);
          resolve(isDone);
        };
        const watcher = { until: added, done: () => settle(true) };
        const limit = setTimeout(() => settle(false), timeoutMs);
        watchers.add(watcher);
      });
    },
  };
}
