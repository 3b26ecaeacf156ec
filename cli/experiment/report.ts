import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../../core/domain/failure.ts";
import type { LoggedList } from "../../scorer/experiments/logged-list.ts";
import { reportExperiment } from "../../trainer/experiments/experiment-report.ts";
import { countOutcomes } from "../../trainer/experiments/listener-outcomes.ts";
import { renderExperiment } from "../../trainer/experiments/render-experiment.ts";
import { reportJson } from "../../trainer/experiments/report-json.ts";
import { reportNotes, reportTable } from "../../trainer/experiments/report-text.ts";
import type { CommandInput } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { drawTable } from "../table.ts";
import { eventSource, joining, positive, readLists } from "./log-sources.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Prints what came of an experiment, and writes it as a page where `--out` is given. */
export async function report({ options, signal }: CommandInput): Promise<void> {
  const windowDays = positive(options, "window-days");
  const tightAt = positive(options, "tight-at");
  const asked = options.textIfGiven("experiment");
  const lists = await readLists(options, ({ experiment }) => {
    return experiment !== undefined && (asked ?? experiment.name) === experiment.name;
  });
  const experiment = asked ?? onlyName(lists);
  const settings = { experiment, windowMs: windowDays * DAY_MS, ...joining(options) };
  const counting = countOutcomes(lists, settings);
  const bar = progressBar(process.stderr, () => performance.now());
  let events = 0;
  for await (const event of eventSource(options)) {
    signal.throwIfAborted();
    counting.hear(event);
    bar.show({ label: "experiment report", done: ++events, total: undefined });
  }
  bar.end();
  const named = { name: experiment, lists };
  const found = reportExperiment(named, counting.outcomes(), { windowDays, tightAt });
  const out = options.textIfGiven("out");
  if (out !== undefined) {
    await mkdir(dirname(out), { recursive: true });
    await writeFile(out, renderExperiment(found));
  }
  if (options.flag("json")) {
    process.stdout.write(`${JSON.stringify(reportJson(found), null, 2)}\n`);
    return;
  }
  const { columns, rows } = reportTable(found);
  process.stdout.write(`${drawTable(columns, rows)}\n${reportNotes(found).join("\n")}\n`);
}

/** The name of the only experiment. Throws `bad_request` where there is none, or another one. */
function onlyName(lists: readonly LoggedList[]): string {
  const names = [...new Set(lists.flatMap(({ experiment }) => experiment?.name ?? []))].sort();
  if (names.length === 1) return names[0]!;
  const message =
    names.length === 0
      ? "no list takes part in an experiment"
      : `there are several experiments: name one of ${names.join(", ")}`;
  throw new Failure("bad_request", message, { field: "--experiment" });
}
