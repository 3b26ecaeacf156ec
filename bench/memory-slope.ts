/** How a figure changes with time, with its interval of 95%. */
export interface Slope {
  /** In units of the figure an hour. */
  readonly perHour: number;
  readonly low: number;
  readonly high: number;
}

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Samples that follow one another resemble each other, so a line is laid through the means of so
 *  many equal parts of the time instead. */
const PARTS = 20;
/** The 97.5% quantile of Student's t with PARTS - 2 degrees of freedom. */
const T_QUANTILE = 2.101;
const HOUR_MS = 3_600_000;

/** The least-squares slope of `samples`, at least 20 in order of time; NaN for fewer. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const parts = Array.from({ length: PARTS }, (_, part) => {
    const edge = (place: number) => Math.floor((place * samples.length) / PARTS);
    return meanOf(samples.slice(edge(part), edge(part + 1)));
  });
  const middle = meanOf(parts);
  const sum = (term: (sample: Sample) => number) =>
    parts.reduce((total, sample) => total + term(sample), 0);
  const spread = sum(({ atMs }) => (atMs - middle.atMs) ** 2);
  const slope = sum(({ atMs, value }) => (atMs - middle.atMs) * (value - middle.value)) / spread;
  const left = sum(({ atMs, value }) => (value - middle.value - slope * (atMs - middle.atMs)) ** 2);
  const margin = T_QUANTILE * Math.sqrt(left / (PARTS - 2) / spread);
  const perHour = slope * HOUR_MS;
  return { perHour, low: perHour - margin * HOUR_MS, high: perHour + margin * HOUR_MS };
}

function meanOf(samples: readonly Sample[]): Sample {
  const mean = (values: readonly number[]) =>
    values.reduce((total, value) => total + value, 0) / values.length;
  return {
    atMs: mean(samples.map(({ atMs }) => atMs)),
    value: mean(samples.map(({ value }) => value)),
  };
}
