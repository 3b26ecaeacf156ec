import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Environment, transactDurably } from "../lmdb/environment.ts";
import type { StoreCheck } from "./check-store.ts";
import { encodePosition, positionKey } from "./store-layout.ts";
import { readSeal } from "./store-name.ts";
import { encodeSeal, SEAL_KEY, sealOf } from "./store-seal.ts";

/** The file that keeps what was set aside: a line of JSON for each entry, its bytes in base64. */
const ASIDE_FILE = "damaged-entries.jsonl";

/** Takes the damaged entries out of a store and keeps their bytes in `folder`. A position that is
 *  damaged becomes the log's beginning: every record knows the last event that it heard, so what
 *  is read again changes nothing. */
export async function setAside(
  environment: Environment,
  { damaged, epochs }: StoreCheck,
  folder: string,
): Promise<void> {
  if (damaged.length === 0) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lines = damaged.map(({ key, value, damage }) =>
    JSON.stringify({ damage, key: key.toString("base64"), value: value.toString("base64") }),
  );
  await appendFile(join(folder, ASIDE_FILE), `${lines.join("\n")}\n`, { mode: 0o600, flush: true });
  await transactDurably(environment, () => {
    for (const { key, partition } of damaged) {
      environment.removeSync(key);
      if (partition === undefined) continue;
      const beginning = { epoch: epochs.get(partition) ?? 0, next: 0 as never, appendedAtMs: 0 };
      environment.putSync(positionKey(partition), encodePosition(beginning));
    }
    // The old seal tells of entries that are not there any more.
    const seal = readSeal(environment);
    if (seal === undefined) return;
    environment.putSync(SEAL_KEY, encodeSeal(sealOf(seal.store, environment.getRange())));
  });
}
