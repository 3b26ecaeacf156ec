import assert from "node:assert/strict";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { closeEnvironment, type Environment, openEnvironment } from "../lmdb/environment.ts";
import { checkWhileWritten } from "./check-while-written.ts";
import { encodePosition, positionKey } from "./store-layout.ts";

const ENTRIES = 1_000;
const LIMITS = { grownShareMax: 0, grownBytesMax: 1_000, pauseFirstMs: 1, pauseMaxMs: 1 };
const home = temporaryFolder();

test("a look at a store that grows meanwhile is given up, and ends when it is quiet", async () => {
  const environment = openEnvironment(join(home, "store"));
  const position = encodePosition({ epoch: 0, next: 1 as never, appendedAtMs: 0 });
  environment.transactionSync(() => {
    for (let index = 0; index < ENTRIES; index++) {
      environment.putSync(positionKey(index as never), position);
    }
  });
  const walks: number[] = [];
  // Stands for a writer: the file that is looked at grows during the first two walks.
  const grown = join(home, "grown");
  mkdirSync(grown);
  const grow = (bytes: number) => appendFileSync(join(grown, "data.mdb"), Buffer.alloc(bytes));
  grow(10_000);
  const written = walkedBy(environment, (walk, entry) => {
    walks[walk] = entry;
    if (walk < 2 && entry === 300) grow(2_000);
  });
  const { partitions, damaged } = await checkWhileWritten(grown, written, LIMITS);
  assert.deepEqual([partitions, damaged], [ENTRIES, []]);
  assert.deepEqual(walks, [512, 512, ENTRIES], "each walk was asked every 256 entries");
  await closeEnvironment(environment);
});

/** An environment that tells which entry of which walk is read. */
function walkedBy(
  environment: Environment,
  onEntry: (walk: number, entry: number) => void,
): Environment {
  let walk = -1;
  function* getRange(options: Parameters<Environment["getRange"]>[0]) {
    walk += 1;
    let entry = 0;
    for (const found of environment.getRange(options)) {
      onEntry(walk, ++entry);
      yield found;
    }
  }
  return new Proxy(environment, {
    get(_, name: keyof Environment) {
      if (name === "getRange") return getRange;
      const value = environment[name];
      return typeof value === "function" ? value.bind(environment) : value;
    },
  });
}
