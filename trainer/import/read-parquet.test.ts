import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { everything, sources } from "./imported.fixture.ts";
import { parquetRows } from "./read-parquet.ts";

// The fixtures were written once by pyarrow 26, so that another implementation of the format says
// what they hold: listens with zstd in row groups of two, likes with brotli, multi_event with
// snappy and a dictionary, mapped with gzip, packed-with-lz4 with LZ4.
const FOLDER = join(import.meta.dirname, "fixtures");

test("rows come in order over row groups, with their numbers and what is read", async () => {
  const file = join(FOLDER, "listens.parquet");
  const wanted = { needed: ["item_id"], optional: ["no such", "played_ratio_pct"] };
  const blocks = await everything(parquetRows(file, wanted));
  assert.equal(blocks.length, 3);
  assert.deepEqual(
    blocks.flatMap(({ rows }) => rows.map(({ cells, line }) => [line, ...(cells ?? [])])),
    [
      [1, "9270848", "", "100"],
      [2, "6185100", "", "12"],
      [3, "6928395", "", "50"],
      [4, "4294967295", "", "135"],
      [5, "7", "", ""],
    ],
  );
  assert.equal(blocks.at(-1)?.bytesRead, (await readFile(file)).length);
});

test("a list in a wanted column makes its row a broken one", async () => {
  const wanted = { needed: ["who", "tags"], optional: [] };
  const [block] = await everything(parquetRows(join(FOLDER, "mapped.parquet"), wanted));
  assert.deepEqual(
    block?.rows.map(({ fault }) => fault),
    ["a cell holds a list", "a cell holds a list", "a cell holds a list"],
  );
});

test("a missing column, an unknown codec and a damaged file are named", async (t) => {
  const whole = await readFile(join(FOLDER, "listens.parquet"));
  const { files } = await sources(t, {
    "cut.parquet": whole.subarray(0, whole.length / 2),
    "text.parquet": "uid,item_id\n1,2\n",
    "empty.parquet": "",
    "flipped.parquet": whole,
  });
  await writeFile(files[3]!, whole.fill(0xff, 4, 200));
  for (const file of [...files, join(FOLDER, "packed-with-lz4.parquet")]) {
    const wanted = { needed: file.includes("lz4") ? ["who"] : ["uid"], optional: [] };
    const attempt = everything(parquetRows(file, wanted));
    await assert.rejects(attempt, { code: "bad_log_folder", field: file });
  }
  const missing = everything(
    parquetRows(join(FOLDER, "likes.parquet"), { needed: ["user"], optional: [] }),
  );
  await assert.rejects(missing, { code: "bad_log_folder", message: /no column "user"/ });
});
