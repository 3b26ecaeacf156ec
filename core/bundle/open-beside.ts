import type { Bundle } from "./bundle.ts";
import { openBundle } from "./open-bundle.ts";
import { MANIFEST_NAME } from "./read-files.ts";
import { startWorkerRunner } from "./worker-runner.ts";

/** Opens a bundle as `openBundle` does, but that its graphs are tried in a thread of their own: for
 *  a process that answers calls or hears events meanwhile. */
export function openBundleBeside(folder: string): Promise<Bundle> {
  return openBundle(folder, MANIFEST_NAME, startWorkerRunner);
}
