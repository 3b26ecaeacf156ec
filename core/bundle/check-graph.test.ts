import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { refusal, rewriteBundle, withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import { refuseExternalData } from "./check-graph.ts";
import { openBundle } from "./open-bundle.ts";
import { publishBundle } from "./publish-bundle.ts";

const CONTENT = randomBundleContent({
  tracks: 4,
  dimension: 3,
  hidden: 5,
  features: [],
  seed: 1,
});

/** Where a tensor can stand in a `ModelProto`, as field numbers from the model down. */
const PLACES: Readonly<Record<string, readonly number[]>> = {
  "an initializer": [7, 5],
  "a sparse initializer's values": [7, 15, 1],
  "a sparse initializer's indices": [7, 15, 2],
  "a node's attribute": [7, 1, 5, 5],
  "a node's list of tensors": [7, 1, 5, 10],
  "a branch's initializer": [7, 1, 5, 6, 5],
  "one of many graphs": [7, 1, 5, 11, 5],
  "a sparse attribute": [7, 1, 5, 22, 1],
  "a list of sparse attributes": [7, 1, 5, 23, 2],
  "a function": [25, 7, 5, 5],
  "a function's default": [25, 11, 5],
  "a training graph": [20, 2, 5],
  "a training graph's start": [20, 1, 5],
};

for (const [place, path] of Object.entries(PLACES)) {
  test(`a graph with external data in ${place} is refused`, () => {
    const external = within(path, externalTensor("../../../etc/passwd"));
    assert.throws(() => refuseExternalData(external, "step"), refusal("step"));
    const embedded = within(path, new BinaryWriter().uint32(DATA_LOCATION).int32(0).finish());
    refuseExternalData(embedded, "step");
  });
}

test("a bundle whose graph names a file outside is refused before the graph is loaded", () =>
  withFolder(async (folder) => {
    await publishBundle(folder, CONTENT);
    await rewriteBundle(folder, (_, files) => {
      const extra = within([7, 5], externalTensor("../../secret"));
      files["models.long.step"] = Buffer.concat([files["models.long.step"]!, extra]);
    });
    const message = /models\.long\.step: .*external data/;
    await assert.rejects(openBundle(folder), { code: "bad_bundle", message });
  }));

test("a graph that points into memory is refused", () => {
  const external = within([7, 5], externalTensor("*/_ORT_MEM_ADDR_/*"));
  assert.throws(() => refuseExternalData(external, "step"), refusal("step"));
});

test("a graph nested without end is refused", () => {
  const deep = Array.from({ length: 5000 }, () => [6, 1, 5]).flat();
  const bytes = within([7, 1, 5, ...deep, 5], new Uint8Array());
  assert.throws(() => refuseExternalData(bytes, "step"), refusal("step"));
});

test("bytes that are no graph are refused", () => {
  for (const bytes of [[0x3a, 0xff], [0x07], [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]]) {
    assert.throws(() => refuseExternalData(Uint8Array.from(bytes), "step"), refusal("step"));
  }
});

const TAG_DELIMITED = 2;
const DATA_LOCATION = 14 << 3;

/** A `TensorProto` with an entry `location` in `external_data` and `data_location` EXTERNAL. */
function externalTensor(location: string): Uint8Array {
  const entry = new BinaryWriter()
    .uint32((1 << 3) | TAG_DELIMITED)
    .string("location")
    .uint32((2 << 3) | TAG_DELIMITED)
    .string(location)
    .finish();
  return new BinaryWriter()
    .uint32((13 << 3) | TAG_DELIMITED)
    .bytes(entry)
    .uint32(DATA_LOCATION)
    .int32(1)
    .finish();
}

function within(path: readonly number[], inner: Uint8Array): Uint8Array {
  return path.reduceRight<Uint8Array>(
    (bytes, field) =>
      new BinaryWriter()
        .uint32((field << 3) | TAG_DELIMITED)
        .bytes(bytes)
        .finish(),
    inner,
  );
}
