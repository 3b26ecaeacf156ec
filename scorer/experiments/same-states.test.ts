import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { BundleContent } from "../../core/bundle/bundle.ts";
import type { Manifest } from "../../core/bundle/manifest.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { publishBundle } from "../../core/bundle/publish-bundle.ts";
import type { TrackId } from "../../core/domain/ids.ts";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { otherStates } from "./same-states.ts";

const SIZES = { tracks: 20, dimension: 4, hidden: 4, features: ["kind"], seed: 3 } as const;
const folder = temporaryFolder();
const served = await published("served", (content) => content);

test("a bundle that only scores otherwise reads the same states", async () => {
  const scoring = await published("scoring", (content) => ({
    ...content,
    blend: { short: 1, long: 0, popularity: 0 },
    popularity: content.popularity.map((value) => value / 2),
    models: withModel(content, ({ outputVectors }) => ({
      outputVectors: outputVectors.map((value) => -value),
      outputBias: null,
    })),
  }));
  assert.notEqual(scoring.id, served.id);
  assert.equal(otherStates(served, scoring), undefined);
});

test("a bundle of fewer models reads the states of those it has", async () => {
  const short = await published("short", ({ models: { short }, ...content }) => {
    const blend = { short: 1, long: 0, popularity: 0 };
    return { ...content, models: { short: short! }, blend };
  });
  assert.equal(otherStates(served, short), undefined);
  assert.equal(otherStates(short, served), "ingest's bundle has no long model");
});

test("whatever a step hears or does makes other states, and is named", async () => {
  const other = randomBundleContent({ ...SIZES, seed: 4 }).models.short!;
  const changes: readonly [string, (content: BundleContent) => BundleContent][] = [
    ["its sessions end after another time", (content) => ({ ...content, idleTimeoutMs: 60_000 })],
    [
      "it has other tracks",
      ({ trackIds, ...content }) => {
        return { ...content, trackIds: [...trackIds.slice(1), "new" as TrackId] };
      },
    ],
    [
      "its short model has other input vectors",
      (content) => ({
        ...content,
        models: withModel(content, () => ({ inputVectors: other.inputVectors })),
      }),
    ],
    [
      "its short model's states are rounded to other bits",
      (content) => ({ ...content, models: withModel(content, () => ({ hiddenBits: 8 })) }),
    ],
    [
      "its short model steps by another graph",
      (content) => ({ ...content, models: withModel(content, () => ({ step: other.step })) }),
    ],
  ];
  for (const [why, change] of changes) {
    const changed = await published(why.replaceAll(" ", "-"), change);
    assert.equal(otherStates(served, changed), why);
  }
  const features = randomBundleContent({ ...SIZES, features: ["kind", "gap"] });
  const hears = await published("features", () => features);
  const why = "its short model hears other features or has another size";
  assert.equal(otherStates(served, hears), why);
});

type Model = NonNullable<BundleContent["models"]["short"]>;

function withModel({ models }: BundleContent, change: (model: Model) => Partial<Model>) {
  return { ...models, short: { ...models.short!, ...change(models.short!) } };
}

async function published(
  name: string,
  change: (content: BundleContent) => BundleContent,
): Promise<Manifest> {
  const place = join(folder, name);
  await publishBundle(place, change(randomBundleContent(SIZES)));
  return (await openBundle(place)).manifest;
}
