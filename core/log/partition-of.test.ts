import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import kafkajs from "kafkajs";
import { partitionOf } from "./partition-of.ts";

/** murmur2 of these keys, from the test of Kafka's Java client (UtilsTest.testMurmur2). */
const KNOWN: readonly (readonly [string, number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

test("known keys have the partitions that Kafka's Java client gives them", () => {
  for (const [key, hash] of KNOWN) {
    for (const partitions of [1, 2, 3, 4, 7, 64, 1_000]) {
      assert.equal(partitionOf(key, partitions), (hash & 0x7fffffff) % partitions);
    }
  }
});

test("any key has the partition that kafkajs's default partitioner gives it", () => {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  const keys = fc.string({ unit: "binary", minLength: 0, maxLength: 40 });
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 32 }), (key, partitions) => {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [],
        isr: [],
      }));
      const message = { key: Buffer.from(key, "utf8"), value: null };
      const theirs = partitioner({ topic: "t", partitionMetadata, message });
      assert.equal(partitionOf(key, partitions), theirs);
    }),
  );
});
