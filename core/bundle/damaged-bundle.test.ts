import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { randomBundleContent } from "../../test/fixtures/random-bundle.ts";
import { withFolder } from "../../test/fixtures/rewrite-bundle.ts";
import { Failure } from "../domain/failure.ts";
import { openBundle } from "./open-bundle.ts";
import { pseudoRandom } from "./pseudo-random.ts";
import { publishBundle } from "./publish-bundle.ts";

type Damage = (bytes: Buffer, random: () => number) => Buffer;

/** Single faults as disks, copies and people make them. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  "is empty": () => Buffer.alloc(0),
  "lost its first byte": (bytes) => bytes.subarray(1),
  "lost its last byte": (bytes) => bytes.subarray(0, -1),
  "is cut": (bytes, random) => bytes.subarray(0, position(random, bytes.length)),
  "grew by a byte": (bytes) => Buffer.concat([bytes, Buffer.from("0")]),
  "is doubled": (bytes) => Buffer.concat([bytes, bytes]),
  "is random": (bytes, random) => bytes.map(() => position(random, 256)) as Buffer,
  "is zeros": (bytes) => Buffer.alloc(bytes.length),
  "has a sector of zeros": (bytes, random) => {
    const from = position(random, bytes.length);
    // One byte is made to differ even where the sector already was zeros.
    return Buffer.from(bytes)
      .fill(0, from, Math.min(bytes.length, from + 512))
      .fill(bytes[from]! ^ 1, from, from + 1);
  },
};
const FLIPS_A_FILE = 12;

test("every single fault in any file of a bundle is refused", () =>
  withFolder(async (folder) => {
    const sizes = { tracks: 15, dimension: 5, hidden: 6, features: ["kind"], seed: 9 } as const;
    const content = randomBundleContent(sizes);
    const { short, long } = content.models;
    const int8 = { ...long!, storedVectors: "int8" as const };
    const clusters = {
      ...{ reach: 3, recall_at_20: 0.97, recall_at_100: 0.98, read_share: 0.1 },
      ...{ tracks: Uint32Array.from({ length: 15 }, (_, at) => (at * 7) % 15) },
      starts: Uint32Array.of(0, 4, 9, 15),
    };
    await publishBundle(folder, { ...content, clusters, models: { short: short!, long: int8 } });
    const random = pseudoRandom(10);
    const names = await readdir(folder);
    let faults = 0;
    for (const name of names) {
      const path = join(folder, name);
      const bytes = await readFile(path);
      const damaged: [what: string, bytes: Buffer][] = Object.entries(DAMAGES).map(
        ([what, damage]) => [what, damage(bytes, random)],
      );
      for (let flip = 0; flip < FLIPS_A_FILE; flip++) {
        const [at, bit] = [position(random, bytes.length), position(random, 8)];
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << bit;
        damaged.push([`has bit ${bit} of byte ${at} flipped`, flipped]);
      }
      const other = names[(names.indexOf(name) + 1) % names.length]!;
      damaged.push([`is ${other}`, await readFile(join(folder, other))]);
      for (const [what, wrong] of damaged) {
        await writeFile(path, wrong);
        await assertRefused(folder, `${name} ${what}`);
        faults++;
      }
      await rm(path);
      await assertRefused(folder, `${name} is missing`);
      await mkdir(path);
      await assertRefused(folder, `${name} is a folder`);
      await rm(path, { recursive: true });
      await writeFile(path, bytes);
      faults += 2;
    }
    assert.ok(faults > 200, `${faults} faults were tried`);
    await openBundle(folder);
  }));

async function assertRefused(folder: string, what: string): Promise<void> {
  await assert.rejects(
    openBundle(folder),
    (error) => error instanceof Failure && error.code === "bad_bundle" && error.field !== undefined,
    what,
  );
}

/** A whole number of 0…length − 1. */
function position(random: () => number, length: number): number {
  return Math.floor(((random() + 1) / 2) * length);
}
