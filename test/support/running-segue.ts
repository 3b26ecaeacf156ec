import { type Child, grpcAddress, startChild } from "../../cli/child-process.ts";
import { type Client, connectClient } from "../../cli/recommender-client.ts";

/** Ingest and scorer as a deployment runs them: two processes that share nothing but folders and a
 *  log, and a client in this third one. */
export interface RunningSegue {
  readonly client: Client;
  /** HOST:PORT */
  readonly address: string;
  readonly ingest: Child;
  readonly scorer: Child;
  stop(): Promise<void>;
}

export interface SegueOptions {
  readonly home: string;
  readonly bundle: string;
  /** Kafka; without them the home's embedded log. */
  readonly brokers?: readonly string[] | undefined;
  readonly topicPrefix?: string;
}

const CLIENT_READY_MS = 20_000;

export async function startSegue(options: SegueOptions): Promise<RunningSegue> {
  const args = segueArgs(options);
  const scorer = await startChild("serve", [...args, "--port", "0"]);
  const ingest = await startChild("ingest", args);
  const address = grpcAddress(scorer);
  const client = connectClient(address);
  await client.ready(CLIENT_READY_MS);
  return {
    client,
    address,
    ingest,
    scorer,
    async stop() {
      client.close();
      await Promise.all([ingest.stop(), scorer.stop()]);
    },
  };
}

/** The options that ingest and scorer share. */
export function segueArgs({ home, bundle, brokers, topicPrefix }: SegueOptions): string[] {
  const kafka =
    brokers === undefined
      ? []
      : ["--brokers", brokers.join(","), "--topic-prefix", topicPrefix ?? ""];
  return ["--home", home, "--bundle", bundle, ...kafka];
}
