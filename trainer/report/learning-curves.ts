/** What a manifest tells of a model's training, by epoch from the first. */
export interface LearningCurve {
  readonly model: string;
  readonly losses: readonly number[];
  readonly recalls: readonly number[];
  readonly reciprocalRanks: readonly number[];
  /** From 1. */
  readonly bestEpoch: number | undefined;
}

/** Reads `training.models` of a manifest. Another trainer may write anything there, so whatever has
 *  not this trainer's shape is left out. */
export function learningCurves(training: Readonly<Record<string, unknown>>): LearningCurve[] {
  const curves: LearningCurve[] = [];
  for (const [model, told] of Object.entries(asRecord(training.models))) {
    const { epochs, best_epoch: best } = asRecord(told);
    if (!Array.isArray(epochs)) continue;
    const figures = epochs.map((epoch) => ({
      loss: asNumber(asRecord(epoch).loss),
      recall: asNumber(asRecord(asRecord(epoch).validation).recall20),
      reciprocal: asNumber(asRecord(asRecord(epoch).validation).mrr20),
    }));
    const isWhole = figures.every(({ loss, recall }) => loss !== undefined && recall !== undefined);
    if (figures.length === 0 || !isWhole) continue;
    curves.push({
      model,
      losses: figures.map(({ loss }) => loss!),
      recalls: figures.map(({ recall }) => recall!),
      reciprocalRanks: figures.map(({ reciprocal }) => reciprocal ?? 0),
      bestEpoch: asNumber(best),
    });
  }
  return curves;
}

/** The value where it is an object, else an empty one. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The value where it is a number. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
