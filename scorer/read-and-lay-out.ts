import type { BundleData } from "../core/bundle/bundle.ts";
import { type BundlePlace, readBundle } from "../core/bundle/read-bundle.ts";
import { type BundleLayout, layOutBundle } from "./lay-out-bundle.ts";

export interface ReadAndLaidOut {
  readonly data: BundleData;
  readonly layout: BundleLayout;
}

/** Reads and checks a bundle, and lays it out. */
export async function readAndLayOut(place: BundlePlace): Promise<ReadAndLaidOut> {
  const data = await readBundle(place);
  return { data, layout: layOutBundle(data) };
}
