import { runBeside } from "../core/beside/run-beside.ts";
import type { Bundle } from "../core/bundle/bundle.ts";
import { bundleOf } from "../core/bundle/open-bundle.ts";
import type { BundlePlace } from "../core/bundle/read-bundle.ts";
import { type BundleLayout, layOutBundle } from "./lay-out-bundle.ts";
import type { ReadAndLaidOut } from "./read-and-lay-out.ts";

/** A bundle that only needs a runner to be asked for lists. */
export interface LaidOutBundle {
  readonly bundle: Bundle;
  readonly layout: BundleLayout;
}

const WORK = { module: new URL("./read-and-lay-out.ts", import.meta.url), name: "readAndLayOut" };

/** Reads, checks and lays out a bundle in a thread beside this one, which answers calls meanwhile
 *  and then only takes over what is there. Fails with `bad_bundle` as `openBundle` does, and with
 *  `signal`'s reason once it is raised. */
export async function openLaidOut(folder: string, signal?: AbortSignal): Promise<LaidOutBundle> {
  const { data, layout } = await runBeside<BundlePlace, ReadAndLaidOut>(WORK, { folder }, signal);
  return { bundle: await bundleOf(data), layout };
}

/** An opened bundle, laid out in this thread. */
export function laidOut(bundle: Bundle): LaidOutBundle {
  return { bundle, layout: layOutBundle(bundle) };
}
