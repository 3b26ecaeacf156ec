import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ConnectionOptions, connect } from "node:tls";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import type { Failure } from "../../core/domain/failure.ts";
import { type Authority, createAuthority, type Identity } from "../../test/support/authority.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { startServer } from "../server.ts";
import { openCertificates } from "./certificates.ts";

const HOUR_MS = 60 * 60 * 1000;

test("of twelve that show a wrong certificate, or none, not one is let in", async (context) => {
  const { authority, port } = await guarded(context);
  const stranger = await createAuthority("the authority");
  const good = await authority.issue("player");
  const wrong: Readonly<Record<string, ConnectionOptions>> = {
    "no certificate": {},
    "another authority's": as(await stranger.issue("player")),
    "one of its own": as(await selfSigned()),
    "one that has ended": as(await authority.issue("player", ended())),
    "another authority's that has ended": as(await stranger.issue("player", ended())),
    "one that has not begun": as(await authority.issue("player", { beginsInMs: HOUR_MS / 2 })),
    "one for servers": as(await authority.issue("server", { forClients: false })),
    "one for nothing": as(await authority.issue("x", { forClients: false, forServers: false })),
    "another's key": { cert: good.certificate, key: (await stranger.issue("player")).key },
    "the authority's, without its key": { cert: authority.certificate, key: good.key },
    "TLS 1.1": { ...as(good), maxVersion: "TLSv1.1", minVersion: "TLSv1" },
    "plain bytes": { ...as(good), ALPNProtocols: ["http/1.1"] },
  };
  assert.equal(Object.keys(wrong).length, 12);
  assert.equal(await greeted(port, { ...as(good), ca: authority.certificate }), true);
  for (const [what, options] of Object.entries(wrong)) {
    assert.equal(await greeted(port, { ca: authority.certificate, ...options }), false, what);
  }
});

test("exchanged files serve the next handshake, and drop no call under way", async (context) => {
  const { authority, port, files, readAgain, notices } = await guarded(context);
  const player = await authority.issue("player");
  const client = healthClient(context, port, authority.certificate, player);
  assert.equal(await check(client), "ok");
  const successor = await createAuthority("the next authority");
  write(files, await successor.issue("server"));
  let isOver = false;
  const answers: string[] = [];
  const calling = (async () => {
    while (!isOver) answers.push(await check(client));
  })();
  await readAgain();
  const shown = await greeted(port, { ...as(player), ca: authority.certificate });
  assert.equal(shown, false, "the old authority vouches for the new certificate no more");
  assert.equal(await greeted(port, { ...as(player), ca: successor.certificate }), true);
  isOver = true;
  await calling;
  assert.ok(answers.length > 0 && answers.every((answer) => answer === "ok"));
  assert.deepEqual(notices, []);
});

test("files that do not belong together change nothing, and are noticed", async (context) => {
  const { authority, port, files, readAgain, notices } = await guarded(context);
  const player = as(await authority.issue("player"));
  const one = await authority.issue("server");
  const spoiled: Identity[] = [
    { certificate: one.certificate, key: (await authority.issue("other")).key },
    { certificate: "no certificate", key: one.key },
    await authority.issue("server", ended()),
  ];
  for (const identity of spoiled) {
    write(files, identity);
    await readAgain();
    assert.equal(await greeted(port, { ...player, ca: authority.certificate }), true);
  }
  assert.deepEqual(
    notices.map(({ code }) => code),
    spoiled.map(() => "bad_configuration"),
  );
});

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority: string;
}

async function guarded(context: TestContext) {
  const authority = await createAuthority("the authority");
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  const files: Files = {
    certificate: file("server.pem"),
    key: file("server.key"),
    clientAuthority: file("clients.pem"),
  };
  write(files, await authority.issue("server"));
  writeFileSync(files.clientAuthority, authority.certificate);
  const notices: Failure[] = [];
  const certificates = await openCertificates(files, (failure) => notices.push(failure));
  const server = await startServer({
    ...{ host: "127.0.0.1", port: 0, services: [] },
    credentials: certificates.credentials,
  });
  context.after(() => {
    certificates.close();
    server.close();
  });
  return { authority, files, notices, port: server.port, readAgain: certificates.readAgain };
}

function write(files: Files, { certificate, key }: Identity): void {
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key);
}

function as({ certificate, key }: Identity): ConnectionOptions {
  return { cert: certificate, key };
}

function ended() {
  return { beginsInMs: -2 * HOUR_MS, endsInMs: -HOUR_MS };
}

async function selfSigned(): Promise<Identity> {
  const itself = await createAuthority("itself");
  const { key } = await itself.issue("itself");
  return { certificate: itself.certificate, key };
}

/** Whether the server speaks HTTP/2 with a client that connects like this. With TLS 1.3 a client
 *  hears only after its own handshake that its certificate was refused. */
function greeted(port: number, options: ConnectionOptions): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const socket = connect({ port, host: "127.0.0.1", ALPNProtocols: ["h2"], ...options });
      socket.on("error", () => resolve(false));
      socket.on("close", () => resolve(false));
      // Nine bytes or more: the server's SETTINGS.
      socket.on("data", (bytes) => {
        resolve(socket.alpnProtocol === "h2" && bytes.length >= 9);
        socket.destroy();
      });
    } catch {
      // A key that is not the certificate's is refused by this side already.
      resolve(false);
    }
  });
}

function healthClient(
  context: TestContext,
  port: number,
  authority: Authority["certificate"],
  { certificate, key }: Identity,
): Client {
  const [ca, own, chain] = [authority, key, certificate].map((text) => Buffer.from(text));
  const client = new Client(`127.0.0.1:${port}`, credentials.createSsl(ca, own, chain));
  context.after(() => client.close());
  return client;
}

function check(client: Client): Promise<string> {
  const path = "/grpc.health.v1.Health/Check";
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null) => resolve(error === null ? "ok" : error.message);
    client.makeUnaryRequest(path, same, same, Buffer.alloc(0), done);
  });
}
