import type { ModelName } from "../core/domain/ids.ts";
import type { TrainingProgress } from "../trainer/progress.ts";
import type { ProgressBar } from "./progress-bar.ts";

/** Shows both models, which learn side by side, on one line: events heard by both together, and for
 *  each its epoch, loss and the last recall on the validation part. */
export function trainingBar(bar: ProgressBar): (progress: TrainingProgress) => void {
  const latest = new Map<ModelName, TrainingProgress>();
  return (progress) => {
    const before = latest.get(progress.model);
    latest.set(progress.model, { ...before, ...progress });
    const models = [...latest.values()];
    bar.show({
      label: "train",
      done: sum(models.map(({ epoch, eventsTotal, events }) => (epoch - 1) * eventsTotal + events)),
      total: sum(models.map(({ epochs, eventsTotal }) => epochs * eventsTotal)),
      note: models.map(modelNote).join("  "),
    });
  };
}

function modelNote(progress: TrainingProgress): string {
  const { model, epoch, epochs, loss, validationRecall } = progress;
  const recall = validationRecall === undefined ? "" : ` recall ${validationRecall.toFixed(3)}`;
  const mean = loss === undefined ? "" : ` loss ${loss.toFixed(2)}`;
  return `${model} ${epoch}/${epochs}${mean}${recall}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
