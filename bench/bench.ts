/** One benchmark of `npm run -s bench -- NAME`. */
export interface Bench {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly summary: string;
  /** Resolves with the text for stdout. Rejects with a sentence where what it measures did not
   *  happen. */
  run(options: BenchOptions): Promise<string>;
}

export interface BenchOptions {
  /** Whether to print one JSON object instead of a table. */
  readonly json: boolean;
  /** A short run that shows that the benchmark works; its figures are rough. */
  readonly quick: boolean;
  /** How large a log to measure on, where the benchmark asks. */
  readonly events: number | undefined;
  /** Tells people on stderr what is going on. */
  readonly progress: (what: string) => void;
}
