import { randomBytes } from "node:crypto";
import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { openCatalogueReader } from "../../core/catalogue/catalogue-store.ts";
import type { CatalogueTrack } from "../../core/catalogue/catalogue-track.ts";
import { LISTENING_TOPIC } from "../../core/log/event-log.ts";
import { writeNotice } from "../../core/log/log-notice.ts";
import { openLmdbReader } from "../../core/state/lmdb-reader.ts";
import { eventGateway } from "../../ingest/gateway.ts";
import type { TrackDescription } from "../../scorer/replies.ts";
import { createScorer } from "../../scorer/scorer.ts";
import { recommenderService } from "../../scorer/serve.ts";
import { startServer } from "../../scorer/server.ts";
import { sayReady } from "../child-process.ts";
import type { Command } from "../command.ts";
import { DEFAULT_HOME } from "../home.ts";
import { LOG_OPTIONS, logChoice, openLog } from "../open-log.ts";
import { ADDRESS_OPTIONS, BUNDLE_OPTIONS, homeOf } from "../shared-options.ts";
import { stopped } from "../stop-signal.ts";

export const serve: Command = {
  usage: "[--home DIR] [--bundle DIR] [--host H] [--port N] [--brokers HOST:PORT,…]",
  options: {
    home: { type: "text", help: "folder that keeps everything", default: DEFAULT_HOME },
    ...BUNDLE_OPTIONS,
    ...ADDRESS_OPTIONS,
    ...LOG_OPTIONS,
  },
  async run({ options, signal }) {
    const home = homeOf(options);
    const [host, port] = [options.text("host"), options.number("port")];
    const bundle = await openBundle(home.bundle);
    const runner = await createStepRunner(bundle);
    const log = await openLog(logChoice(options), LISTENING_TOPIC);
    const state = openLmdbReader(home.state);
    const catalogue = openCatalogueReader(home.catalogue);
    const scorer = createScorer({
      bundle,
      runner,
      state,
      partitions: log.partitions,
      now: Date.now,
      randomBytes,
      notice: ({ message }) => writeNotice({ level: "error", message }),
    });
    const recommender = recommenderService({
      scorer: () => scorer,
      describe: (track) => described(catalogue.get(track)),
      log,
      report: (error) => writeNotice({ level: "error", message: String(error) }),
    });
    const gateway = eventGateway({ log, nowMs: Date.now });
    const server = await startServer({ host, port, services: [recommender, gateway] });
    sayReady("serve", `grpc ${host}:${server.port}`);
    await stopped(signal);
    await server.drain();
    for (const open of [log, state, catalogue, runner]) await open.close();
  },
};

function described(track: CatalogueTrack | undefined): TrackDescription | undefined {
  if (track === undefined) return undefined;
  const artists = track.artists.map(({ name }) => name);
  return { title: track.title, artists, album: track.album.title };
}
