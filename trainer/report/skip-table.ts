import type { SkipFigures } from "../evaluate/skip-figures.ts";
import { htmlTable } from "./markup.ts";

export const SKIP_NOTE =
  "How likely each play was to be skipped, as the models said before it came. AUC: the chance " +
  "that a skipped play was given a higher chance than one that was not; log loss in nats.";

export function skipTable(figures: SkipFigures): string {
  const columns = ["AUC", "log loss", "calibration error", "said", "skipped", "plays"].map(
    (title) => ({ title, isNumber: true }),
  );
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  const models = {
    emphasis: true,
    cells: [
      "the models",
      figures.auc.toFixed(4),
      figures.log_loss.toFixed(4),
      figures.calibration_error.toFixed(4),
      percent(figures.predicted),
      percent(figures.skipped),
      String(figures.predictions),
    ],
  };
  const share = {
    cells: [
      "the share of skips alone",
      "0.5000",
      figures.log_loss_of_share.toFixed(4),
      "",
      "",
      "",
      "",
    ],
  };
  const { truth_auc: truth, share_of_truth: ofTruth } = figures;
  const best =
    truth === undefined || ofTruth === undefined
      ? []
      : [
          {
            cells: [
              `the truth, of which the models reach ${percent(ofTruth)}`,
              truth.toFixed(4),
              "",
              "",
              "",
              "",
              "",
            ],
          },
        ];
  return htmlTable([{ title: "skips foreseen by" }, ...columns], [[models], [share, ...best]]);
}
