import { Failure } from "../core/domain/failure.ts";

/** What `read` finds in /proc. Throws `dependency_missing` where there is none, as everywhere but
 *  on Linux. */
export function onLinux<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const message = "what another process takes is read from /proc, which only Linux has";
    throw new Failure("dependency_missing", message, { cause });
  }
}
