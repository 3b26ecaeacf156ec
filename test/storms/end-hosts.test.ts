import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { brokersForTests, stopBrokersForTests } from "../../deploy/kafka/require-broker.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { endHosts } from "./end-hosts.ts";

const brokers = await brokersForTests();
after(stopBrokersForTests);

test("a host that is ended whole under load is taken over, and nothing is lost", async (t) => {
  if (brokers === undefined) return t.skip("there is no broker");
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`SEED=${seed}`);
  const sizes = { hosts: 2, standbys: 1, times: 1 };
  const said = join(temporaryFolder(), "said.txt");
  const end = await endHosts({ brokers, ...sizes, seed, said, progress: () => undefined });
  const { isEqual, fromNothing, failed, answered, events } = end;
  assert.deepEqual({ isEqual, fromNothing, failed }, { isEqual: true, fromNothing: 0, failed: 0 });
  const lists = `${answered} lists, ${end.fromCopies} of them from copies, 0 from nothing`;
  t.diagnostic(`figure: ${events} events, ${lists}, union equal to a replay`);
});
