import assert from "node:assert/strict";
import { test } from "node:test";
import type { Partition } from "../domain/ids.ts";
import type { GroupHost } from "./group-host.ts";
import { standbyPartitions } from "./standby-partitions.ts";

const PARTITIONS = 60;

test("each partition is followed by as many hosts as are wanted, never by its owner", () => {
  const hosts = hostsOf(4);
  for (const count of [0, 1, 2, 3, 9]) {
    const followers = followersOf(hosts, count);
    for (const [partition, addresses] of followers) {
      assert.equal(new Set(addresses).size, Math.min(count, 3));
      assert.ok(!addresses.includes(hosts[partition % 4]!.address));
    }
  }
});

test("a host that comes moves no copy but to itself", () => {
  const [before, after] = [followersOf(hostsOf(4), 1), followersOf([...hostsOf(4), idle()], 1)];
  for (const [partition, [address]] of before) {
    const [now] = after.get(partition)!;
    assert.ok(now === address || now === "idle:1");
  }
});

test("a host without an address follows nothing and is nobody's copy", () => {
  const hosts = [...hostsOf(2), { address: "", holds: [], owns: [] }];
  assert.deepEqual(standbyPartitions(hosts, { address: "", count: 2 }), []);
});

function hostsOf(count: number): GroupHost[] {
  return Array.from({ length: count }, (_, at) => ({
    address: `host-${at}:7600`,
    holds: [],
    owns: Array.from({ length: PARTITIONS }, (_, index) => index as Partition).filter(
      (partition) => partition % count === at,
    ),
  }));
}

function idle(): GroupHost {
  return { address: "idle:1", holds: [], owns: [] };
}

function followersOf(hosts: readonly GroupHost[], count: number): Map<number, string[]> {
  const followers = new Map<number, string[]>();
  for (let partition = 0; partition < PARTITIONS; partition++) followers.set(partition, []);
  for (const { address } of hosts) {
    for (const partition of standbyPartitions(hosts, { address, count })) {
      followers.get(partition)!.push(address);
    }
  }
  return followers;
}
