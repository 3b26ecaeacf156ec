import assert from "node:assert/strict";
import { test } from "node:test";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { refusal, rewriteBundle, withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import { encodeModel } from "../../trainer/onnx/encode-model.ts";
import type { HiddenBits } from "./hidden-bits.ts";
import { openBundle } from "./open-bundle.ts";
import { publishBundle } from "./publish-bundle.ts";

const SIZES = { tracks: 10, dimension: 4, hidden: 4, features: [], seed: 1 } as const;
const CONTENT = randomBundleContent({ ...SIZES, models: ["short"] });

test("a bundle says what its states are rounded to, and one that does not means halves", () =>
  withFolder(async (folder) => {
    for (const hiddenBits of [8, 16, undefined] as const) {
      await publishBundle(folder, contentOf({ hiddenBits }));
      const { manifest, models } = await openBundle(folder);
      assert.equal(manifest.models.short!.hidden_bits, hiddenBits === 8 ? 8 : undefined);
      assert.equal(models.short!.hiddenBits, hiddenBits ?? 16);
    }
  }));

test("another number of bits is refused", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, CONTENT);
    await rewriteBundle(folder, (manifest) => {
      manifest.models.short.hidden_bits = 12;
    });
    await assert.rejects(openBundle(folder), refusal("models.short.hidden_bits"));
  }));

test("8 bits are refused for a model whose states go beyond 1", () =>
  withFolder(async (folder) => {
    const step = sumGraph();
    await publishBundle(folder, contentOf({ step }));
    const beyond = publishBundle(folder, contentOf({ step, hiddenBits: 8 }));
    await assert.rejects(beyond, refusal("models.short.hidden_bits"));
  }));

function contentOf(change: {
  readonly step?: Uint8Array;
  readonly hiddenBits?: HiddenBits | undefined;
}) {
  const { hiddenBits, ...rest } = change;
  const short = { ...CONTENT.models.short!, ...rest, ...(hiddenBits && { hiddenBits }) };
  return { ...CONTENT, models: { short } };
}

/** A step that adds up what it hears. */
function sumGraph(): Uint8Array {
  const matrix = (name: string) => ({
    name,
    type: "float32" as const,
    shape: ["batch", 4] as const,
  });
  return encodeModel({
    name: "sum",
    nodes: [{ op: "Add", inputs: ["track", "hidden"], outputs: ["hidden_next"] }],
    inputs: [matrix("track"), matrix("hidden")],
    outputs: [matrix("hidden_next")],
    initializers: [],
  });
}
