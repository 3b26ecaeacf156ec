import { type LogNotice, type LogNoticeListener, writeNotice } from "../core/log/log-notice.ts";
import { type OptionSpec, type Options, UsageError } from "./command.ts";

export const NOTICE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  "log-format": {
    type: "text",
    help: "how notices are written to stderr: text, or json for one object a line",
    default: "text",
  },
};

export interface NoticeWriter {
  readonly onNotice: LogNoticeListener;
  /** What is no trouble and yet worth a line. */
  info(message: string, detail?: Readonly<Record<string, unknown>>): void;
}

/** Writes what `process` notices, as `--log-format` says. No line holds an id of a listener, a
 *  session, a track or an event. */
export function noticeWriter(process: string, options: Options): NoticeWriter {
  const format = options.text("log-format");
  if (format === "json") return jsonNotices(process, writeError, () => new Date());
  if (format !== "text") {
    throw new UsageError(`--log-format must be text or json, not "${format}"`);
  }
  return {
    onNotice: writeNotice,
    info(message, detail) {
      const more = detail === undefined ? "" : ` ${JSON.stringify(detail)}`;
      writeError(`segue ${process} ${message}${more}\n`);
    },
  };
}

/** One JSON object a line: `time`, `level`, `process`, `message`, and `cause` or `detail` where
 *  there is one. */
export function jsonNotices(
  process: string,
  write: (line: string) => void,
  now: () => Date,
): NoticeWriter {
  const line = (level: LogNotice["level"] | "info", message: string, more: object) => {
    write(`${JSON.stringify({ time: now().toISOString(), level, process, message, ...more })}\n`);
  };
  return {
    onNotice({ level, message, cause }) {
      line(level, message, cause instanceof Error ? { cause: cause.message } : {});
    },
    info: (message, detail) => line("info", message, detail === undefined ? {} : { detail }),
  };
}

function writeError(line: string): void {
  process.stderr.write(line);
}
