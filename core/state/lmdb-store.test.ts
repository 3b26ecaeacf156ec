import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Offset, Partition } from "../domain/ids.ts";
import { openLmdbReader } from "./lmdb-reader.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { testSessionStore } from "./session-store.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "segue-store-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(folder, `store.${folders++}`);

testSessionStore("LMDB store", async () => openLmdbStore(newFolder()));

test("a reader finds nothing until the store is made, and then every commit at once", async () => {
  const path = newFolder();
  const reader = openLmdbReader(path);
  const partition = 0 as Partition;
  assert.equal(reader.position(partition), undefined);
  const store = openLmdbStore(path);
  for (let next = 1; next <= 20; next++) {
    const position = { epoch: 0, next: next as Offset, appendedAtMs: 0 };
    const expectedNext = (next - 1) as Offset;
    await store.commit({ partition, expectedNext, position, records: new Map() });
    assert.equal(reader.position(partition)?.next, next);
  }
  await reader.close();
  assert.equal(store.position(partition)?.next, 20);
  await store.close();
});

test("a full disk refuses commits whole and does not end the process", async (t) => {
  const fixture = fileURLToPath(new URL("full-disk.fixture.ts", import.meta.url));
  // A limit on file size, in blocks of 512 bytes, stands for the end of the disk.
  const script = `trap '' XFSZ; ulimit -f 6000; exec "$0" "$1" "$2"`;
  const child = ["-c", script, process.execPath, fixture, newFolder()];
  const { stdout } = await promisify(execFile)("sh", child);
  const refused = "store_unavailable, 0 written";
  assert.deepEqual(JSON.parse(stdout), { failures: Array(3).fill(refused), isAtLastCommit: true });
  t.diagnostic("figure: 3 commits on a full disk, all refused whole, 0 exits");
});

test("another process sees a commit at its next read", async () => {
  const path = newFolder();
  const store = openLmdbStore(path);
  const module = new URL("lmdb-reader.ts", import.meta.url).href;
  const code = `
    import { openLmdbReader } from ${JSON.stringify(module)};
    const reader = openLmdbReader(${JSON.stringify(path)});
    process.on("message", () => process.send(reader.position(0) ?? null));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const asked = async () => {
    child.send("read");
    return (await once(child, "message"))[0];
  };
  for (let next = 1; next <= 5; next++) {
    const position = { epoch: 0, next: next as Offset, appendedAtMs: next };
    const expectedNext = (next - 1) as Offset;
    await store.commit({ partition: 0 as Partition, expectedNext, position, records: new Map() });
    assert.deepEqual(await asked(), position);
  }
  child.kill();
  await store.close();
});
