import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../trainer/random.ts";
import type { Offset, Partition } from "../domain/ids.ts";
import { assignPartitions, type GroupMember } from "./assign-partitions.ts";
import { decodeAnnouncement, encodeAnnouncement } from "./group-host.ts";

const FOUR = [0, 1, 2, 3] as Partition[];

test("every partition has one owner, and no member has two more than another", () => {
  const random = seededRandom(5, "members");
  const below = (limit: number) => Math.floor(random() * limit);
  for (let round = 0; round < 300; round++) {
    const partitions = Array.from({ length: below(20) }, (_, index) => index as Partition);
    const members = Array.from({ length: 1 + below(6) }, (_, index) => {
      const holds = partitions.filter(() => below(2) === 0);
      return member(
        `m${index}`,
        holds.map((held) => [held, below(100), below(3) === 0] as const),
      );
    });
    const shares = assignPartitions(members, partitions);
    const given = [...shares.values()].flat().toSorted((one, other) => one - other);
    assert.deepEqual(given, partitions);
    const sizes = [...shares.values()].map(({ length }) => length);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    assert.deepEqual(assignPartitions(members.toReversed(), partitions), shares);
  }
});

test("an owner keeps what is fair, and the newcomer gets the rest", () => {
  const owner = member(
    "owner",
    FOUR.map((partition) => [partition, 50, true] as const),
  );
  const shares = assignPartitions([owner, member("newcomer", [])], FOUR);
  assert.deepEqual(Object.fromEntries(shares), { newcomer: [2, 3], owner: [0, 1] });
});

test("what a dead owner leaves goes to who holds most of it", () => {
  const behind = member("behind", [
    [2, 10, false],
    [3, 90, false],
  ]);
  const ahead = member("ahead", [
    [2, 40, false],
    [3, 80, false],
  ]);
  const shares = assignPartitions([behind, ahead], [2, 3] as Partition[]);
  assert.deepEqual(Object.fromEntries(shares), { ahead: [2], behind: [3] });
});

test("an announcement is read back, and what is none is nobody's", () => {
  const { announcement } = member("host", [[3, 7, true]]);
  assert.deepEqual(decodeAnnouncement(encodeAnnouncement(announcement!)), announcement);
  for (const text of ["", "null", "{}", '{"address":1,"holds":[]}', '{"address":"a:1"}']) {
    assert.equal(decodeAnnouncement(Buffer.from(text)), undefined);
  }
});

function member(
  id: string,
  holds: readonly (readonly [partition: number, next: number, owned: boolean])[],
): GroupMember {
  const held = holds.map(([partition, next, owned]) => {
    return { partition: partition as Partition, epoch: 0, next: next as Offset, owned };
  });
  return { id, announcement: { address: `${id}:7600`, holds: held } };
}
