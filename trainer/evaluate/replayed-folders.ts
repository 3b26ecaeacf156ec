import { readLogFolder, readLogHeader } from "../../core/log-folder/read-log-folder.ts";

export interface ReplayedFolders {
  readonly logFolder: string;
  /** A log folder that is heard first: what listeners did before. */
  readonly warmFolder?: string | undefined;
  readonly progress: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The events of both folders in order; `asked` are those of the log folder itself. */
export async function* eventsOfFolders(options: ReplayedFolders) {
  const { logFolder, warmFolder, signal, progress } = options;
  const folders = warmFolder === undefined ? [logFolder] : [warmFolder, logFolder];
  let total = 0;
  for (const folder of folders) total += (await readLogHeader(folder)).events;
  let done = 0;
  for (const folder of folders) {
    for await (const event of readLogFolder(folder)) {
      signal?.throwIfAborted();
      yield { event, asked: folder === logFolder };
      if (++done % EVENTS_BETWEEN_REPORTS === 0) progress(done, total);
    }
  }
}

const EVENTS_BETWEEN_REPORTS = 200;
