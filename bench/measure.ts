/** CPU time that this whole process has taken, every thread of it, in microseconds. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Runs `work` and returns the CPU time that this process took meanwhile, in microseconds. */
export async function cpuUsOf(work: () => Promise<void> | void): Promise<number> {
  const before = cpuUs();
  await work();
  return cpuUs() - before;
}

/** What several rounds measured, by name. */
export interface Rounds<Name extends string> {
  add(name: Name, value: number): void;
  /** The least of a name's values, for CPU times: what else the machine does can only add to
   *  them. */
  least(name: Name): number;
  /** The middle of a name's values: one disturbed round does not move it. */
  median(name: Name): number;
}

export function newRounds<Name extends string>(): Rounds<Name> {
  const values = new Map<Name, number[]>();
  return {
    add(name, value) {
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    },
    least: (name) => percentile(values.get(name) ?? [], 0),
    median: (name) => percentile(values.get(name) ?? [], 0.5),
  };
}

/** The value below which `share` (0 to 1) of the values lie; NaN where there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
