import type { Bundle } from "../../core/bundle/bundle.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { copyBundle, rollBack } from "../../core/bundle/publish-files.ts";
import { MANIFEST_NAME, type ManifestName, PREVIOUS_NAME } from "../../core/bundle/read-files.ts";
import { Failure } from "../../core/domain/failure.ts";
import { type Command, UsageError } from "../command.ts";
import { DEFAULT_HOME } from "../home.ts";
import { BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";

export const bundleCommand: Command = {
  usage: "list | use DIR | rollback",
  words: { least: 1, most: 2 },
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
  },
  async run({ options, words: [what, from] }) {
    const folder = homeOf(options).bundle;
    if (what === "use") {
      if (from === undefined) throw new UsageError("bundle use needs the folder of a bundle");
      await copyBundle(from, folder);
    } else if (what === "rollback") {
      await rollBack(folder);
    } else if (what !== "list") {
      throw new UsageError(`cannot ${what} bundles`);
    }
    const bundles = { served: await shown(folder, MANIFEST_NAME) };
    const previous = await shown(folder, PREVIOUS_NAME);
    process.stdout.write(`${JSON.stringify({ ...bundles, previous }, null, 2)}\n`);
  },
};

/** Null where there is none that can be opened: opening checks every byte of it. */
async function shown(folder: string, name: ManifestName) {
  let bundle: Bundle;
  try {
    bundle = await openBundle(folder, name);
  } catch (error) {
    if (error instanceof Failure && error.code === "bad_bundle") return null;
    throw error;
  }
  const { id, tracks, models, training } = bundle.manifest;
  return { id, tracks: tracks.count, models: Object.keys(models), training };
}
