/** One benchmark of `npm run -s bench -- NAME`. */
export interface Bench {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly summary: string;
  /** Whether it takes the size options. */
  readonly takesSizes?: boolean;
  /** Whether it takes a bundle to measure instead of one that it makes. */
  readonly takesBundle?: boolean;
  /** Resolves with the text for stdout. Rejects with a sentence where what it measures did not
   *  happen. */
  run(options: BenchOptions): Promise<string>;
}

/** Options that give a benchmark another size than its full or its quick one. */
export const SIZE_OPTIONS = ["cores", "events", "listeners", "minutes", "tracks"] as const;
export type SizeOption = (typeof SIZE_OPTIONS)[number];

export interface BenchOptions {
  /** Whether to print one JSON object instead of a table. */
  readonly json: boolean;
  /** A short run that shows that the benchmark works; its figures are rough. */
  readonly quick: boolean;
  /** Sizes by the name of their option, for benchmarks that have such. */
  readonly sizes: Readonly<Partial<Record<SizeOption, number>>>;
  /** The folder of a bundle to measure, where one is given. */
  readonly bundle: string | undefined;
  /** Tells people on stderr what is going on. */
  readonly progress: (what: string) => void;
}
