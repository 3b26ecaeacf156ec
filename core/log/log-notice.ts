/** Something that an operator of a log should know but that no caller can act on: a batch that is
 *  retried, a broker that went away. */
export interface LogNotice {
  readonly level: "warning" | "error";
  /** One sentence. It never holds a key, a value or a header: those are personal data. */
  readonly message: string;
  readonly cause?: unknown;
}

export type LogNoticeListener = (notice: LogNotice) => void;

/** Writes a notice as one line on stderr; what an engine does where no listener is given. */
export function writeNotice(notice: LogNotice): void {
  const cause = notice.cause instanceof Error ? `: ${notice.cause.message}` : "";
  process.stderr.write(`log ${notice.level}: ${notice.message}${cause}\n`);
}
