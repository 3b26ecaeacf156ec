import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openLog } from "../../cli/open-log.ts";
import { connectClient } from "../../cli/recommender-client.ts";
import { type EventLog, LISTENING_TOPIC } from "../../core/log/event-log.ts";
import type { Broker } from "../../deploy/kafka/broker.ts";
import { publishRandomBundle } from "../fixtures/random-bundle.ts";
import { endlessListening } from "../support/listening-world.ts";
import { keepAsking } from "./keep-asking.ts";
import { type PositionWatch, watchPositions } from "./positions.ts";
import type { Progress } from "./storms.ts";

export interface AwayEnd {
  /** Events that the log acknowledged, and those that the store has heard. */
  readonly acknowledged: number;
  readonly applied: number;
  readonly answered: number;
  readonly failed: number;
  /** The greatest age, in milliseconds, that a reply gave its listener's state. */
  readonly ageMaxMs: number;
  /** From the broker's return until all was applied, the longest of all absences. */
  readonly caughtUpMs: number;
}

export interface AwayOptions {
  readonly broker: Broker;
  /** A folder of its own. */
  readonly folder: string;
  readonly times: number;
  /** How long the broker is away each time. */
  readonly awayMs: number;
  readonly seed: number;
  readonly progress: Progress;
}

const ASK_EVERY_MS = 20;
const LISTENERS = 200;
const PRODUCED_BETWEEN = 4_000;
const CATCH_UP_MS = 300_000;
/** A start that takes longer is none. */
const START_MS = 120_000;
const SEGUE = fileURLToPath(new URL("../../cli/segue.ts", import.meta.url));

/** Kills the broker under `segue dev`, which serves and produces on, and starts it again after
 *  `awayMs`: `times` times. */
export async function awayBroker(options: AwayOptions): Promise<AwayEnd> {
  const { broker, times, awayMs, progress } = options;
  const world = await servingWorld(options);
  let caughtUpMs = 0;
  try {
    await world.produce(PRODUCED_BETWEEN);
    await world.untilApplied();
    for (let time = 1; time <= times; time++) {
      const producing = world.produce(PRODUCED_BETWEEN);
      await sleep(100);
      await broker.kill();
      await waitTelling(awayMs, (leftMs) =>
        progress(`the broker is away for another ${Math.round(leftMs / 1000)} s`),
      );
      await broker.restart();
      const backAtMs = performance.now();
      await producing;
      await world.untilApplied();
      caughtUpMs = Math.max(caughtUpMs, performance.now() - backAtMs);
      progress(`${time} of ${times} absences, caught up after ${Math.round(caughtUpMs)} ms`);
    }
    return { ...(await world.finish()), caughtUpMs };
  } finally {
    await world.close();
  }
}

async function servingWorld({ broker, folder, seed }: AwayOptions) {
  const [bundle, home] = [join(folder, "bundle"), join(folder, "home")];
  const sizes = { tracks: 50, dimension: 8, hidden: 16 };
  await publishRandomBundle(bundle, { ...sizes, features: ["kind", "gap"], seed: 1 });
  const { brokers } = broker;
  const log = await openLog({ brokers, topicPrefix: "" }, LISTENING_TOPIC);
  const makeEvent = endlessListening({ listeners: LISTENERS, tracks: sizes.tracks, seed });
  const args = ["--home", home, "--bundle", bundle, "--brokers", brokers.join(",")];
  const { segue, address } = await startDev(args, join(folder, "said.txt"));
  const positions = watchPositions(join(home, "state"), log.partitions);
  const asking = startAsking(address);
  let acknowledged = 0;
  return {
    async produce(records: number): Promise<void> {
      for (let left = records; left > 0; left -= 100) {
        const events = Array.from({ length: 100 }, makeEvent);
        await appendUntilTaken(
          log,
          events.map(({ key, value }) => ({ key, value })),
        );
        acknowledged += events.length;
      }
    },
    async untilApplied(): Promise<void> {
      await untilApplied(positions, () => acknowledged);
    },
    async finish() {
      const applied = positions.applied();
      return { acknowledged, applied, ...(await asking.stop()) };
    },
    async close(): Promise<void> {
      await asking.stop();
      const gone = once(segue, "exit");
      segue.kill("SIGTERM");
      await Promise.all([gone, positions.close(), log.close()]);
    },
  };
}

/** What failed may have been written all the same: then the log holds more than it acknowledged. */
async function appendUntilTaken(
  log: EventLog,
  records: Parameters<EventLog["append"]>[0],
): Promise<void> {
  for (;;) {
    try {
      await log.append(records);
      return;
    } catch (cause) {
      if (!(cause instanceof Error) || !("code" in cause)) throw cause;
      if (cause.code !== "log_unavailable") throw cause;
    }
  }
}

async function startDev(
  args: readonly string[],
  said: string,
): Promise<{ segue: ChildProcess; address: string }> {
  const command = [SEGUE, "dev", ...args, "--port", "0"];
  const stderr = openSync(said, "a");
  const segue = spawn(process.execPath, command, { stdio: ["ignore", "pipe", stderr] });
  process.once("exit", () => segue.kill("SIGTERM"));
  const late = setTimeout(() => segue.kill("SIGTERM"), START_MS);
  for await (const line of createInterface({ input: segue.stdout! })) {
    const [, address] = /^segue is ready: .*grpc (\S+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    clearTimeout(late);
    return { segue, address };
  }
  throw new Error(`segue dev did not start; see ${said}`);
}

async function untilApplied(positions: PositionWatch, wanted: () => number): Promise<void> {
  const untilMs = performance.now() + CATCH_UP_MS;
  while (positions.applied() < wanted()) {
    if (performance.now() > untilMs) {
      throw new Error(`${positions.applied()} of ${wanted()} events were applied in time`);
    }
    await sleep(5);
  }
}

/** Asks for lists all the time. */
function startAsking(address: string) {
  const client = connectClient(address);
  const end = { answered: 0, failed: 0, ageMaxMs: 0 };
  const asking = keepAsking(async (number) => {
    try {
      const reply = await client.nextTracks({ listener: `listener-${number % LISTENERS}`, k: 5 });
      end.answered += 1;
      end.ageMaxMs = Math.max(end.ageMaxMs, reply.freshness?.ageMs ?? 0);
    } catch {
      end.failed += 1;
    }
  }, ASK_EVERY_MS);
  return {
    async stop() {
      await asking.stop();
      client.close();
      return end;
    },
  };
}

const TELL_EVERY_MS = 10_000;

async function waitTelling(waitMs: number, tell: (leftMs: number) => void): Promise<void> {
  for (let leftMs = waitMs; leftMs > 0; leftMs -= TELL_EVERY_MS) {
    tell(leftMs);
    await sleep(Math.min(leftMs, TELL_EVERY_MS));
  }
}
