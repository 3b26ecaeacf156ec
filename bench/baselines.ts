import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drawTable } from "../cli/table.ts";
import { IDLE_TIMEOUT_MS } from "../core/state/session-cut.ts";
import { BASELINES } from "../trainer/baselines/baselines.ts";
import { readSessions, type SessionLog } from "../trainer/baselines/read-sessions.ts";
import { type RankFigures, rankCountsOf, rankFigures } from "../trainer/evaluate/rank-counts.ts";
import { replayBaseline } from "../trainer/evaluate/replay-baselines.ts";
import { importLog } from "../trainer/import/import-log.ts";
import type { Bench } from "./bench.ts";
import { requireThat } from "./did-not-happen.ts";

/** Recall@20 and MRR@20 that independent implementations in Python have on #nowplaying's whole test
 *  part, of which the data here is every second session; V-SKNN's are of just that half. */
const ELSEWHERE: Readonly<Record<string, readonly [recall: number, reciprocalRank: number]>> = {
  popularity: [0.018, 0.006],
  session_popularity: [0.0779, 0.0447],
  markov: [0.1363, 0.072],
  association_rules: [0.1549, 0.0483],
  sequential_rules: [0.1394, 0.0604],
  item_knn: [0.1525, 0.0478],
  vsknn: [0.2107, 0.0703],
  stan: [0.2107, 0.0691],
  vmis_knn: [0.1854, 0.0463],
};

interface Row extends RankFigures {
  readonly name: string;
  readonly elsewhere: readonly [recall: number, reciprocalRank: number] | undefined;
  readonly cpuMsAPrediction: number;
}

/** The baselines' figures on #nowplaying beside those of other implementations. */
export const baselines: Bench["run"] = async ({ json, quick, progress }) => {
  const { trained, log } = await readNowplaying();
  const first = new Set(log.starts);
  const predicted = log.place.filter((_, event) => !first.has(event));
  const places = quick ? predicted.subarray(0, QUICK_PREDICTIONS) : predicted;
  const rows: Row[] = [];
  for (const recipe of BASELINES) {
    progress(recipe.name);
    const task = { trained, log, places, progress: () => undefined };
    const { ranks, cpuMsAPrediction } = await replayBaseline(recipe, task);
    const figures = rankFigures(rankCountsOf(ranks));
    rows.push({
      name: recipe.name,
      ...figures,
      elsewhere: ELSEWHERE[recipe.name],
      cpuMsAPrediction,
    });
  }
  return json ? `${JSON.stringify(rows)}\n` : draw(rows);
};

const QUICK_PREDICTIONS = 4000;

async function readNowplaying(): Promise<{ trained: SessionLog; log: SessionLog }> {
  const beside = join(import.meta.dirname, "../../shared/data");
  const data = join(process.env.SEGUE_DATA ?? beside, "nowplaying");
  const files = ["train.tsv.gz", "test.tsv.gz"].map((name) => join(data, name));
  const isThere = files.every((file) => existsSync(file));
  requireThat(isThere, `set SEGUE_DATA to a folder that holds nowplaying: ${files.join(", ")}`);
  const folder = await mkdtemp(join(tmpdir(), "segue-bench-"));
  try {
    const folders = [join(folder, "train"), join(folder, "test")] as const;
    for (const [index, out] of folders.entries()) {
      await importLog({ format: "sessions-tsv", files: [files[index]!], out });
    }
    const rules = { idleTimeoutMs: IDLE_TIMEOUT_MS };
    const trained = await readSessions(folders[0], rules);
    return { trained, log: await readSessions(folders[1], rules, trained.trackIds) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function draw(rows: readonly Row[]): string {
  const titles = [
    "recall@1",
    "recall@5",
    "recall@20",
    "elsewhere",
    "mrr@20",
    "elsewhere",
    "CPU ms",
  ];
  const columns = [{ title: "baseline" }, ...titles.map((title) => ({ title, right: true }))];
  const cells = rows.map((row) => [
    row.name,
    row["recall@1"].toFixed(4),
    row["recall@5"].toFixed(4),
    row["recall@20"].toFixed(4),
    row.elsewhere?.[0].toFixed(4) ?? "",
    row["mrr@20"].toFixed(4),
    row.elsewhere?.[1].toFixed(4) ?? "",
    row.cpuMsAPrediction.toFixed(3),
  ]);
  return `${drawTable(columns, cells)}\n${rows[0]?.predictions ?? 0} predictions\n`;
}
