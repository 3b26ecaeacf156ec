import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openEnvironment } from "../lmdb/environment.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { lookApart } from "./look-apart.ts";

test("a look that has ended holds the store open until it is stopped", async () => {
  const folder = join(temporaryFolder(), "held");
  await openLmdbStore(folder).close();
  const look = lookApart(folder);
  assert.equal(await look.whole, undefined);
  const environment = openEnvironment(folder);
  const readers = () =>
    environment
      .readerList()
      .split("\n")
      .filter((line) => /^ *\d/.test(line));
  assert.equal(readers().length, 1, "the process that looked");
  look.stop();
  while (environment.readerCheck() === 0 && readers().length > 0) await sleep(5);
  environment.putSync(Buffer.from("key"), Buffer.from("value"));
  assert.equal(environment.getBinary(Buffer.from("key"))?.toString(), "value");
  await environment.close();
});
