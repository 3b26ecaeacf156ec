/** How far a long work is. */
export interface Progress {
  readonly label: string;
  readonly done: number;
  /** Undefined where the end is not known. */
  readonly total: number | undefined;
  /** What else to say: loss, recall. */
  readonly note?: string;
}

export interface ProgressBar {
  show(progress: Progress): void;
  /** Ends the line, so that other output starts on its own. */
  end(): void;
}

const BAR_WIDTH = 24;
const TERMINAL_REDRAW_MS = 100;
/** Without a terminal each line stays, so fewer are written. */
const FILE_REDRAW_MS = 5000;

/** Draws on `stream` (stderr, so that stdout holds data alone): label, bar, speed, time left. */
export function progressBar(stream: NodeJS.WriteStream, now: () => number): ProgressBar {
  const terminal = stream.isTTY === true;
  const redrawMs = terminal ? TERMINAL_REDRAW_MS : FILE_REDRAW_MS;
  let label = "";
  let startedAtMs = 0;
  let doneBefore = 0;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let open = false;
  let full = false;
  const end = (): void => {
    if (open) stream.write("\n");
    open = false;
  };
  return {
    show(progress) {
      const atMs = now();
      if (progress.label !== label) {
        end();
        label = progress.label;
        startedAtMs = atMs;
        doneBefore = progress.done;
        drawnAtMs = Number.NEGATIVE_INFINITY;
        full = false;
      }
      const fills = !full && progress.total !== undefined && progress.done >= progress.total;
      if (atMs - drawnAtMs < redrawMs && !fills) return;
      full ||= fills;
      drawnAtMs = atMs;
      const line = progressLine(progress, { seconds: (atMs - startedAtMs) / 1000, doneBefore });
      stream.write(terminal ? `\r\u001b[2K${line}` : `${line}\n`);
      open = terminal;
    },
    end,
  };
}

/** One line: `train short [######    ] 61% 21,400/s 12 s left loss 6.2`. */
export function progressLine(
  progress: Progress,
  since: { readonly seconds: number; readonly doneBefore: number },
): string {
  const { label, done, total, note } = progress;
  const speed = since.seconds > 0 ? (done - since.doneBefore) / since.seconds : 0;
  const parts = [label.padEnd(14)];
  if (total !== undefined && total > 0) {
    const share = Math.min(1, done / total);
    const filled = Math.round(share * BAR_WIDTH);
    parts.push(`[${"#".repeat(filled).padEnd(BAR_WIDTH)}]`);
    parts.push(`${Math.floor(share * 100)}%`.padStart(4));
    if (speed > 0) parts.push(`${Math.ceil((total - done) / speed)} s left`.padStart(11));
  }
  parts.push(`${Math.round(speed).toLocaleString("en-US")}/s`.padStart(10));
  if (note !== undefined) parts.push(note);
  return parts.join(" ");
}
