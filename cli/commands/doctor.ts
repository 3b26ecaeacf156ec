import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { ListenerId } from "../../core/domain/ids.ts";
import { closeEnvironment, openEnvironment } from "../../core/lmdb/environment.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import type { StoreCheck } from "../../core/state/check-store.ts";
import { checkWhileWritten } from "../../core/state/check-while-written.ts";
import { openLmdbStore } from "../../core/state/lmdb-store.ts";
import { setAside } from "../../core/state/set-aside.ts";
import { type Rebuilt, rebuildListeners } from "../../ingest/rebuild.ts";
import type { Command, Options } from "../command.ts";
import { EVICT_OPTIONS, evictAfterMs } from "../evict-options.ts";
import { DEFAULT_HOME } from "../home.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";

export const doctor: Command = {
  usage: "[--state DIR] [--repair] [--home DIR] [--bundle DIR] [--brokers HOST:PORT,…]",
  options: {
    state: { type: "text", help: "store to check; HOME/state where it is not given" },
    repair: {
      type: "flag",
      help: "set damage aside and rebuild it from the log; ingest must not run",
    },
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...LOG_OPTIONS,
    ...EVICT_OPTIONS,
  },
  async run({ options }) {
    const state = resolve(options.textIfGiven("state") ?? homeOf(options).state);
    const repairs = options.flag("repair");
    const report = isReadable(state)
      ? await checkEntries(state, repairs, options)
      : await reportUnreadable(state, repairs);
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    if (!report.sound && !repairs) {
      throw new Failure("bad_record", "the store is damaged; --repair mends it", {
        field: "--state",
      });
    }
  },
};

const CHECK_PROCESS = fileURLToPath(new URL("../check-process.ts", import.meta.url));

/** Whether LMDB can read its file from beginning to end. */
function isReadable(state: string): boolean {
  if (!existsSync(join(state, "data.mdb"))) {
    throw new Failure("store_unavailable", `there is no store in ${state}`, { field: "--state" });
  }
  const { stdout, status } = spawnSync(process.execPath, [CHECK_PROCESS, state]);
  return status === 0 && String(stdout) === "read";
}

/** A store whose pages are damaged is of no use: ingest makes another from the log's beginning. */
async function reportUnreadable(state: string, repairs: boolean) {
  const aside = asideOf(state);
  if (repairs) await rename(state, aside);
  return {
    state,
    sound: false,
    readable: false,
    ...(repairs ? { set_aside: aside, next: "ingest rebuilds the store from the log" } : {}),
  };
}

async function checkEntries(state: string, repairs: boolean, options: Options) {
  const aside = asideOf(state);
  const check = await checked(state, repairs ? aside : undefined);
  const sound = check.damaged.length === 0;
  const mended = sound || !repairs ? {} : await rebuilt(state, check, options);
  return {
    state,
    sound,
    readable: true,
    listeners: check.listeners,
    evicted: check.evicted,
    partitions: check.partitions,
    formats: check.formats,
    // Whose records they are is personal data.
    damaged: check.damaged.map(({ key, damage, partition }) => ({
      entry: partition === undefined ? String.fromCharCode(key[0] ?? 0) : `P${partition}`,
      damage,
    })),
    ...(sound || !repairs ? {} : { set_aside: aside, ...mended }),
  };
}

async function checked(state: string, aside: string | undefined): Promise<StoreCheck> {
  const environment = openEnvironment(state);
  try {
    const check = await checkWhileWritten(state, environment);
    if (aside !== undefined) await setAside(environment, check, aside);
    return check;
  } finally {
    await closeEnvironment(environment);
  }
}

async function rebuilt(state: string, check: StoreCheck, options: Options): Promise<Rebuilt> {
  const listeners = check.damaged.map(({ listener }) => listener);
  const wanted = listeners.filter((listener): listener is ListenerId => listener !== undefined);
  const bundle = await openBundle(homeOf(options).bundle);
  const runner = await createStepRunner(bundle);
  const log = await openLog(logChoice(options), LISTENING_TOPIC);
  const store = openLmdbStore(state);
  try {
    return await rebuildListeners(wanted, {
      log,
      store,
      models: { bundle, runner },
      evictAfterMs: evictAfterMs(options),
    });
  } finally {
    for (const open of [store, log, runner]) await open.close();
  }
}

function asideOf(state: string): string {
  const at = new Date().toISOString().replaceAll(/[:.]/g, "-");
  return join(dirname(state), `${basename(state)}-set-aside-${at}`);
}
