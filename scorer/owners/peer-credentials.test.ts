import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ChannelCredentials } from "@grpc/grpc-js";
import { NextTracksRequest } from "../../proto/gen/segue/v1/recommender.ts";
import { createAuthority, type Identity } from "../../test/support/authority.ts";
import { idleScorer } from "../../test/support/idle-scorer.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { openCertificates } from "../access/certificates.ts";
import { FORWARD_LIMITS } from "../limits.ts";
import { recommenderService } from "../serve.ts";
import { startServer } from "../server.ts";
import { NEXT_TRACKS } from "./passed-on.ts";
import { peerCredentials, plainCredentials } from "./peer-credentials.ts";
import { openPeers } from "./peers.ts";

test("hosts that know each other's certificates pass calls on, and nobody else does", async (t) => {
  const { authority, address, folder, certificates } = await startGuarded(t);
  const stranger = await createAuthority("a stranger");
  const own = writeIdentity(folder, "other", await authority.issue("other host"));
  const foreign = writeIdentity(folder, "foreign", await stranger.issue("other host"));
  const [trusted, distrusted] = [authority, stranger].map(({ certificate }, at) =>
    write(join(folder, `authority-${at}.pem`), certificate),
  );
  const ask = async (credentials: () => ChannelCredentials) => {
    const peers = openPeers({ credentials, nowMs: () => performance.now() });
    const request = NextTracksRequest.fromPartial({ listener: "ada", k: 3 });
    const asked = { address, waitMs: FORWARD_LIMITS.waitMs * 5, signal: NEVER };
    const reply = await peers.ask(NEXT_TRACKS, request, asked);
    peers.close();
    return reply !== undefined;
  };
  const known = () => peerCredentials({ authority: trusted, own });
  assert.equal(await ask(known), true);
  assert.equal(await ask(() => peerCredentials({ authority: trusted })), false, "none is shown");
  assert.equal(await ask(() => peerCredentials({ authority: trusted, own: foreign })), false);
  assert.equal(await ask(() => peerCredentials({ authority: distrusted, own })), false);
  assert.equal(await ask(plainCredentials), false, "plain text");

  writeIdentity(folder, "self", await authority.issue("the host, renewed"));
  writeIdentity(folder, "other", await authority.issue("the other host, renewed"));
  await certificates.readAgain();
  assert.equal(await ask(known), true, "exchanged files are taken by both");
});

const NEVER = new AbortController().signal;

/** A host that asks every caller for a certificate of its own authority. */
async function startGuarded(t: TestContext) {
  const folder = temporaryFolder();
  const authority = await createAuthority("the hosts' authority");
  const own = writeIdentity(folder, "self", await authority.issue("the host"));
  const clientAuthority = write(join(folder, "clients.pem"), authority.certificate);
  const certificates = await openCertificates({ ...own, clientAuthority }, assert.fail);
  const scorer = idleScorer(tinyModels(5, 40), assert.fail);
  const report = (error: unknown) => assert.fail(String(error));
  const services = [recommenderService({ scorer: () => scorer, report })];
  const { credentials } = certificates;
  const server = await startServer({ host: "127.0.0.1", port: 0, services, credentials });
  t.after(() => {
    server.close();
    certificates.close();
  });
  return { authority, address: `127.0.0.1:${server.port}`, folder, certificates };
}

function writeIdentity(folder: string, name: string, { certificate, key }: Identity) {
  return {
    certificate: write(join(folder, `${name}.pem`), certificate),
    key: write(join(folder, `${name}.key`), key),
  };
}

function write(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}
