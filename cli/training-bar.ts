import type { TrainingProgress } from "../trainer/progress.ts";
import type { ProgressBar } from "./progress-bar.ts";

/** Shows the courses of both models, which learn side by side, on one line: events heard by all
 *  together, and for each its epoch, loss and the last recall on the validation part. */
export function trainingBar(bar: ProgressBar): (progress: TrainingProgress) => void {
  const latest = new Map<string, TrainingProgress>();
  return (progress) => {
    latest.set(`${progress.model} ${progress.course}`, progress);
    const courses = [...latest.values()];
    bar.show({
      label: "train",
      done: sum(
        courses.map(({ epoch, eventsTotal, events }) => (epoch - 1) * eventsTotal + events),
      ),
      total: sum(courses.map(({ epochs, eventsTotal }) => epochs * eventsTotal)),
      note: courses.map(courseNote).join("  "),
    });
  };
}

function courseNote(progress: TrainingProgress): string {
  const { model, course, epoch, epochs, loss, validationRecall } = progress;
  const recall = validationRecall === undefined ? "" : ` recall ${validationRecall.toFixed(3)}`;
  const mean = loss === undefined ? "" : ` loss ${loss.toFixed(2)}`;
  const again = course === "refitting" ? " again" : "";
  return `${model}${again} ${epoch}/${epochs}${mean}${recall}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
