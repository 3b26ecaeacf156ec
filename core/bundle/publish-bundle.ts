import type { BundleId, ModelName } from "../domain/ids.ts";
import type { BundleContent, ModelContent } from "./bundle.ts";
import { type BundleLayout, encodeManifest, layOutBundle } from "./bundle-layout.ts";
import { type Disk, realDisk } from "./disk.ts";
import { type Golden, makeGolden } from "./golden.ts";
import { createStepRunner } from "./graph-runner.ts";
import { featureWidth } from "./manifest.ts";
import { publishFiles, type StagedFile } from "./publish-files.ts";
import { MANIFEST_NAME } from "./read-files.ts";

/** Publishes a bundle into a folder, over the one that may be there: all files are written aside,
 *  opened as a server would open them, moved in, and the manifest last, by one rename. Whoever
 *  opens the folder meanwhile finds the old bundle or the new one, whole; the bundle before stays
 *  until the next publication, so that it can be gone back to. One publisher at a time may work on
 *  a folder. Fails with `bad_bundle` where `openBundle` would refuse the content; nothing changes
 *  then. */
export async function publishBundle(
  folder: string,
  content: BundleContent,
  disk: Disk = realDisk,
): Promise<BundleId> {
  const layout = layOutBundle(content, await makeGoldens(content));
  return publishFiles(folder, stagedFiles(layout), disk);
}

async function makeGoldens(
  content: BundleContent,
): Promise<Readonly<Partial<Record<ModelName, Golden>>>> {
  const models = Object.entries(content.models) as [ModelName, ModelContent][];
  const graphs = models.map(([name, model]) => {
    return [name, { ...model, featureWidth: featureWidth(model.features) }] as const;
  });
  const runner = await createStepRunner({ models: Object.fromEntries(graphs) });
  try {
    const golden: Partial<Record<ModelName, Golden>> = {};
    for (const [name, model] of models) golden[name] = await makeGolden(runner, name, model);
    return golden;
  } finally {
    await runner.close();
  }
}

/** The manifest's own name is not among the layout's files. */
async function* stagedFiles({ manifest, files }: BundleLayout): AsyncGenerator<StagedFile> {
  yield* files;
  yield [MANIFEST_NAME, encodeManifest(manifest)];
}
