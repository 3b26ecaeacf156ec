import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { Failure } from "../../core/domain/failure.ts";
import { type ImportOptions, importLog } from "./import-log.ts";
import { everything, sources } from "./imported.fixture.ts";
import { parquetRows } from "./read-parquet.ts";

const FOLDER = join(import.meta.dirname, "fixtures");
const TSV =
  "user\tsession\ttrack\ttime\tartist\n7\t70\tx\t1397982525\tA\n7\t70\ty\t1397983000\tB\n";
const CSV = 'who,song,ts\nann,"A, ""b""\nc",1709208000\nbob,C,1709208001\n';
const JSONL = '{"user_id":1,"timestamp":1443521965,"recording_msid":"m","track_metadata":{}}\n';
const JSON_ARRAY = '[{"ts":"2020-04-11T00:27:53Z","ms_played":1,"spotify_track_uri":"s:t:1"}]';
const MAP = "listener=who,track=song,time_s=ts";

const SOUND: Readonly<Record<string, Pick<ImportOptions, "format" | "map"> & { bytes: Buffer }>> = {
  "tab-separated rows": { format: "30music", bytes: Buffer.from(TSV) },
  "packed rows": { format: "30music", bytes: gzipSync(TSV) },
  "comma-separated rows": { format: "csv", map: MAP, bytes: Buffer.from(CSV) },
  "JSON lines": { format: "listenbrainz", bytes: Buffer.from(JSONL) },
  "a JSON array": { format: "spotify-history", bytes: Buffer.from(JSON_ARRAY) },
};

for (const [kind, { bytes, ...options }] of Object.entries(SOUND)) {
  test(`${kind} with any bytes changed end in a log or in a failure with a name`, async (t) => {
    const { out, files } = await sources(t, { "listens.txt": bytes });
    await importLog({ ...options, files, out });
    const damaged = fc.asyncProperty(anyDamage(bytes), async (broken) => {
      await writeFile(files[0]!, broken);
      await endsWell(importLog({ ...options, files, out }));
    });
    await fc.assert(damaged, { numRuns: 20 });
  });
}

test("Parquet with any bytes changed ends in as many rows or in a failure", async (t) => {
  for (const name of ["listens.parquet", "multi_event.parquet"]) {
    const bytes = await readFile(join(FOLDER, name));
    const { files } = await sources(t, { [name]: bytes });
    const wanted = { needed: ["uid"], optional: ["item_id", "event_type", "played_ratio_pct"] };
    const damaged = fc.asyncProperty(anyDamage(bytes), async (broken) => {
      await writeFile(files[0]!, broken);
      await endsWell(everything(parquetRows(files[0]!, wanted)));
    });
    await fc.assert(damaged, { numRuns: 100 });
  }
});

async function endsWell(attempt: Promise<unknown>): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, "bad_log_folder");
  }
}

/** Up to three bytes changed to any others. */
function anyDamage(bytes: Buffer): fc.Arbitrary<Buffer> {
  const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), to: fc.nat({ max: 255 }) });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const broken = Buffer.from(bytes);
    for (const { at, to } of changes) broken[at] = to;
    return broken;
  });
}
