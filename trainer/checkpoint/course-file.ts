import { renameSync } from "node:fs";
import { Failure } from "../../core/domain/failure.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint-file.ts";

/** Where a course of learning leaves its checkpoints, and how often. */
export interface CourseFilePlace {
  readonly path: string;
  /** What the course learns from and how, as a hash: another course's checkpoint is not gone on
   *  with. */
  readonly task: string;
  readonly saveEveryMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number;
  /** Told where a checkpoint could not be used or written; learning goes on then. */
  readonly notice: (text: string) => void;
}

/** One course's checkpoint: each replaces the one before it. */
export interface CourseFile {
  /** The checkpoint to go on from; undefined where there is none of this task. A damaged one is set
   *  aside as `<path>.damaged`. */
  load(): Checkpoint | undefined;
  /** Whether it is time to save again. */
  isDue(): boolean;
  save(checkpoint: Checkpoint): void;
}

interface Tagged {
  readonly task: string;
  readonly state: unknown;
}

export function openCourseFile(place: CourseFilePlace): CourseFile {
  const { path, task, notice, nowMs } = place;
  let savedAtMs = nowMs();
  return {
    load: () => {
      const found = readUnlessDamaged(path, notice);
      if (found === undefined) return undefined;
      const tagged = found.state as Tagged;
      if (tagged.task === task) return { state: tagged.state, arrays: found.arrays };
      notice("the checkpoint is of another log, setting or seed; this training begins anew");
      return undefined;
    },
    isDue: () => nowMs() - savedAtMs >= place.saveEveryMs,
    save: ({ state, arrays }) => {
      savedAtMs = nowMs();
      try {
        writeCheckpoint(path, { state: { task, state } satisfies Tagged, arrays });
      } catch (error) {
        notice(`no checkpoint was written, and the training goes on: ${String(error)}`);
      }
    },
  };
}

function readUnlessDamaged(
  path: string,
  notice: CourseFilePlace["notice"],
): Checkpoint | undefined {
  try {
    return readCheckpoint(path);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    renameSync(path, `${path}.damaged`);
    notice(`${error.message}; it is set aside, and this training begins anew`);
    return undefined;
  }
}
