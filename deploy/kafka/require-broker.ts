import { Failure } from "../../core/domain/failure.ts";
import { type Broker, type BrokerOptions, startBroker } from "./broker.ts";

/** The brokers that a run of several test files shares, HOST:PORT,…; set by whoever runs them. */
const SHARED_BROKERS_VARIABLE = "SEGUE_TEST_BROKERS";

/** The brokers that tests use, one for all files of a run where its runner set
 *  `SEGUE_TEST_BROKERS`, else one for this process. Undefined, after saying so on stderr, where
 *  Java or Maven is missing; with `CI=true` it throws `dependency_missing` instead. */
export async function brokersForTests(): Promise<readonly string[] | undefined> {
  const shared = process.env[SHARED_BROKERS_VARIABLE];
  if (shared !== undefined && shared !== "") return shared.split(",");
  own ??= ownBrokerForTests();
  return (await own)?.brokers;
}

/** Ends what `brokersForTests` started in this process. */
export async function stopBrokersForTests(): Promise<void> {
  const broker = await own;
  own = undefined;
  await broker?.stop();
}

/** A broker for one test alone, which may kill it; the caller stops it. Undefined as above. */
export async function ownBrokerForTests(options?: BrokerOptions): Promise<Broker | undefined> {
  try {
    return await startBroker(options);
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== "dependency_missing") throw failure;
    if (process.env.CI === "true") throw failure;
    const line = "=".repeat(80);
    const sentence = `NOT TESTED: the Kafka suites did not run. ${failure.message}`;
    process.stderr.write(`${line}\n${sentence}\n${line}\n`);
    return undefined;
  }
}

let own: Promise<Broker | undefined> | undefined;
