import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Offset, Partition } from "../core/domain/ids.ts";
import { type EventLog, LISTENING_TOPIC } from "../core/log/event-log.ts";
import { brokersForTests, stopBrokersForTests } from "../deploy/kafka/require-broker.ts";
import { BEGAN_AT_MS, eventBytes, listeningEvent } from "../test/support/listening-records.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { type LogEngine, openTestLog } from "../test/support/test-log.ts";
import { deadLetter } from "./dead-letter.ts";
import { type DeadLetter, readDeadLetters, replayLetter } from "./dead-letters.ts";
import { decodeEvent } from "./decode.ts";

const LETTERS_TOPIC = "letters";
const partition = 0 as Partition;
const brokers = await brokersForTests();
after(stopBrokersForTests);

const ENGINES: Readonly<Record<string, LogEngine | undefined>> = {
  "embedded log": { folder: join(temporaryFolder(), "log") },
  Kafka: brokers && { brokers, prefix: `letters-${process.pid}` },
};

for (const [name, engine] of Object.entries(ENGINES)) {
  if (engine === undefined) {
    test(`${name}: dead letters`, (context) => context.skip("there is no broker"));
    continue;
  }
  test(`${name}: letters say which record, why and what, and good ones are replayed`, async () => {
    const log = await openTestLog(engine, LISTENING_TOPIC, 1);
    const letters = await openTestLog(engine, LETTERS_TOPIC, 1);
    const good = eventBytes(listeningEvent({}));
    await log.append([
      { key: "ann", value: good.subarray(0, 9), timestampMs: BEGAN_AT_MS },
      { key: "ann", value: good, headers: { source: "player" }, timestampMs: BEGAN_AT_MS },
    ]);
    const records = await everything(log);
    // The second stands for one that only an earlier version could not take.
    for (const [index, record] of records.entries()) {
      const failure = failureOf(() => decodeEvent(index === 0 ? record : records[0]!));
      await letters.append([deadLetter({ topic: log.topic, partition }, record, failure)]);
    }
    const read: DeadLetter[] = [];
    for await (const letter of readDeadLetters(letters)) read.push(letter);
    assert.deepEqual(
      read.map(({ offset, valueBytes, field }) => [offset, valueBytes, field]),
      [
        [0, 9, "value"],
        [1, good.length, "value"],
      ],
    );
    assert.deepEqual(Buffer.from(read[0]!.value), Buffer.from(good.subarray(0, 9)));
    const [bad, fine] = [await replayLetter(read[0]!, log), await replayLetter(read[1]!, log)];
    assert.deepEqual([bad.replayed, fine.replayed], [false, true]);
    const gone = { ...read[1]!, offset: 99 as Offset };
    assert.equal((await replayLetter(gone, log)).replayed, false);
    const [replayed, ...more] = (await everything(log)).slice(2);
    assert.deepEqual(more, []);
    const { offset: _, ...original } = records[1]!;
    assert.deepEqual(replayed, { ...original, offset: 2 });
    for (const open of [log, letters]) await open.close();
  });
}

async function everything(log: EventLog) {
  const { first, next } = await log.watermarks(partition);
  const records = [];
  for (let at: number = first; at < next; ) {
    const read = await log.read(partition, at as Offset, 100);
    records.push(...read);
    at += read.length;
  }
  return records;
}

function failureOf(action: () => unknown) {
  try {
    action();
  } catch (failure) {
    return failure as Parameters<typeof deadLetter>[2];
  }
  throw new Error("it did not fail");
}
