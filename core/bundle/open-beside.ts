import { runBeside } from "../beside/run-beside.ts";
import type { BundleData } from "./bundle.ts";
import { bundleOf } from "./open-bundle.ts";
import type { BundlePlace } from "./read-bundle.ts";
import type { OpenedBundle } from "./watch-bundle.ts";

const READING = { module: new URL("./read-bundle.ts", import.meta.url), name: "readBundle" };

/** Opens a bundle as `openBundle` does, but that it is read and checked in a thread beside this
 *  one: for a process that hears events meanwhile. Fails with `signal`'s reason once it is
 *  raised. */
export async function openBundleBeside(
  folder: string,
  signal?: AbortSignal,
): Promise<OpenedBundle> {
  const data = await runBeside<BundlePlace, BundleData>(READING, { folder }, signal);
  return { bundle: await bundleOf(data) };
}
