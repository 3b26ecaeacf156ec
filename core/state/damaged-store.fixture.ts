import { Failure } from "../domain/failure.ts";
import type { ListenerId, Partition } from "../domain/ids.ts";
import { openLmdbReader } from "./lmdb-reader.ts";
import { encodeRecord } from "./record-codec.ts";
import { damageOf } from "./store-damage.ts";
import { encodePosition } from "./store-layout.ts";

/** Looks for damage in stores and reads them where it finds none, each as it is asked for, for as
 *  long as LMDB lets this process live. */
export interface ReadStore {
  readonly folder: string;
  readonly listeners: readonly string[];
  readonly partitions: number;
}

export interface StoreFound {
  /** What the look at the whole store found, else why a read was refused. */
  readonly refused: readonly string[];
  /** What was read, by name, in hexadecimal. */
  readonly values: Readonly<Record<string, string>>;
}

process.on("message", async (asked: ReadStore) => {
  process.send!(await find(asked));
});

async function find({ folder, listeners, partitions }: ReadStore): Promise<StoreFound> {
  const damage = await damageOf(folder);
  if (damage !== undefined) return { refused: [damage], values: {} };
  const refused: string[] = [];
  const values: Record<string, string> = {};
  const take = (name: string, read: () => Buffer | undefined) => {
    try {
      const bytes = read();
      if (bytes !== undefined) values[name] = bytes.toString("hex");
    } catch (failure) {
      refused.push(failure instanceof Failure ? failure.code : `not a failure: ${failure}`);
    }
  };
  const reader = openLmdbReader(folder);
  for (let index = 0; index < partitions; index++) {
    take(`partition ${index}`, () => {
      const position = reader.position(index as Partition);
      return position && encodePosition(position);
    });
  }
  for (const name of listeners) {
    const listener = name as ListenerId;
    take(name, () => {
      const record = reader.read(listener);
      return record && encodeRecord(record, listener);
    });
  }
  await reader.close();
  return { refused, values };
}
