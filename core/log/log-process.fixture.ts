import type { Offset, Partition } from "../domain/ids.ts";
import { openEmbeddedLog } from "./embedded-log.ts";

/** A process of its own for tests of the embedded log: `append FOLDER TOPIC NAME` appends without
 *  end and prints each acknowledged value; `own FOLDER TOPIC GROUP` prints "owns" when it does. */
const [task, folder, topic, name] = process.argv.slice(2) as [string, string, string, string];
const log = await openEmbeddedLog({ folder, topic, partitions: 2 });

if (task === "append") {
  for (let index = 0; ; index++) {
    const value = `${name}-${index}`;
    await log.append([{ key: `listener-${index % 17}`, value: Buffer.from(value) }]);
    process.stdout.write(`${value}\n`);
  }
}
await log.subscribe(name, {
  resumeFrom: () => 0 as Offset,
  onAssigned: (_partitions: readonly Partition[]) => void process.stdout.write("owns\n"),
  onBatch: async () => undefined,
  onOutOfRange: (_partition, _wanted, watermarks) => watermarks.first,
});
