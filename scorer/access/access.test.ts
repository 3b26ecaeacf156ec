import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { SignJWT, UnsecuredJWT } from "jose";
import type { Offset, Partition } from "../../core/domain/ids.ts";
import { eventGateway } from "../../ingest/gateway.ts";
import { EventGatewayService, PublishRequest } from "../../proto/gen/segue/v1/gateway.ts";
import {
  FollowListenerRequest,
  ForgetListenerRequest,
  GetListenerRequest,
  NextTracksRequest,
  RankTracksRequest,
  RecommenderService,
  SimilarTracksRequest,
} from "../../proto/gen/segue/v1/recommender.ts";
import { idleScorer } from "../../test/support/idle-scorer.ts";
import { tinyModels } from "../../test/support/tiny-models.ts";
import { AUDIENCE, ISSUER, type TokenMaker, tokenMaker } from "../../test/support/tokens.ts";
import { recommenderService } from "../serve.ts";
import { startServer } from "../server.ts";
import { accessInterceptor } from "./access-interceptor.ts";
import { ROLES, type Role, roleOf } from "./roles.ts";
import { createTokenCheck } from "./tokens.ts";

/** What each method takes to name a listener; a method that is added to a service and stands not
 *  here fails the first test. */
const REQUESTS: Readonly<Record<string, (listener: string) => Uint8Array>> = {
  "/segue.v1.Recommender/NextTracks": (listener) =>
    NextTracksRequest.encode(NextTracksRequest.fromPartial({ listener })).finish(),
  "/segue.v1.Recommender/RankTracks": (listener) =>
    RankTracksRequest.encode(RankTracksRequest.fromPartial({ listener, tracks: ["t"] })).finish(),
  "/segue.v1.Recommender/SimilarTracks": () =>
    SimilarTracksRequest.encode({ track: "track-1", k: 1, withDetails: false }).finish(),
  "/segue.v1.Recommender/GetListener": (listener) =>
    GetListenerRequest.encode(GetListenerRequest.fromPartial({ listener })).finish(),
  "/segue.v1.Recommender/ForgetListener": (listener) =>
    ForgetListenerRequest.encode({ listener }).finish(),
  "/segue.v1.EventGateway/Publish": (listener) => published(listener),
  "/segue.v1.EventGateway/PublishStream": (listener) => published(listener),
};
const NAMES_NOBODY = new Set(["/segue.v1.Recommender/SimilarTracks"]);

test("every method wants a role, and one that nobody thought of wants an operator's", () => {
  const methods = [...Object.values(RecommenderService), ...Object.values(EventGatewayService)];
  for (const { path } of methods) assert.ok(roleOf(path) !== undefined, path);
  assert.equal(roleOf("/segue.v1.Recommender/ForgetListener"), "admin");
  assert.equal(roleOf("/segue.v2.Anything/AtAll"), "admin");
  assert.equal(roleOf("/grpc.health.v1.Health/Check"), undefined);
});

test("over roles, methods and tenants a call passes with the right token", async (context) => {
  const { maker, ask } = await guarded(context, { tenantClaim: "tenant" });
  const tried = { let: 0, refused: 0 };
  for (const roles of [[], ...ROLES.map((role) => [role]), [...ROLES]] as Role[][]) {
    for (const tenant of ["acme", "other", undefined]) {
      const token = await maker.sign({ roles, ...(tenant && { tenant }) });
      for (const [path, request] of Object.entries(REQUESTS)) {
        for (const listener of ["acme/ada", "other/bob", "acme", "acme/", "acmeada", "ada"]) {
          const answer = await ask(path, request(listener), token);
          const mayAsk = roles.includes(roleOf(path)!);
          const isOwn = listener.startsWith(`${tenant}/`) && listener !== `${tenant}/`;
          const passes = tenant !== undefined && mayAsk && (isOwn || NAMES_NOBODY.has(path));
          assert.equal(answer === status.OK, passes, `${roles} of ${tenant}: ${path} ${listener}`);
          const refusal = tenant === undefined ? status.UNAUTHENTICATED : status.PERMISSION_DENIED;
          if (!passes) assert.equal(answer, refusal);
          tried[passes ? "let" : "refused"]++;
        }
      }
    }
  }
  context.diagnostic(`${tried.let} calls passed, ${tried.refused} were refused, 0 leaked`);
});

test("an event of another tenant that hides among one's own is refused", async (context) => {
  const { maker, ask } = await guarded(context, { tenantClaim: "tenant" });
  const token = await maker.sign({ roles: ["play"], tenant: "acme" });
  const own = { eventId: "e", listener: "acme/ada", track: "track-1" };
  const foreign = { ...own, listener: "other/bob" };
  const request = { listener: "acme/ada", pending: [own, foreign] };
  const bytes = NextTracksRequest.encode(NextTracksRequest.fromPartial(request)).finish();
  const answer = await ask("/segue.v1.Recommender/NextTracks", bytes, token);
  assert.equal(answer, status.PERMISSION_DENIED);
});

test("a listener of another tenant cannot be followed", async (context) => {
  const { maker, ask } = await guarded(context, { tenantClaim: "tenant" });
  const follow = { request: { listener: "other/bob" } };
  const bytes = FollowListenerRequest.encode(FollowListenerRequest.fromPartial(follow)).finish();
  const refused = async (roles: Role[]) => {
    const token = await maker.sign({ roles, tenant: "acme" });
    return ask("/segue.v1.Recommender/FollowListener", bytes, token);
  };
  assert.equal(await refused(["play"]), status.PERMISSION_DENIED);
  assert.equal(await refused(["publish"]), status.PERMISSION_DENIED);
});

test("no token, or one that is forged, spent or meant for others, is no token", async (context) => {
  const { maker, ask } = await guarded(context, {});
  const stranger = await tokenMaker();
  const roles = [...ROLES];
  const nowS = Math.floor(Date.now() / 1000);
  const good = await maker.sign({ roles });
  const [head, , signature] = good.split(".");
  const more = Buffer.from(JSON.stringify({ roles, iss: ISSUER, aud: AUDIENCE, exp: 9e9 }));
  const bad: Readonly<Record<string, string | undefined>> = {
    "none at all": undefined,
    "no JWT": "nonsense",
    "another's key": await stranger.sign({ roles }),
    "claims that were changed": `${head}.${more.toString("base64url")}.${signature}`,
    "no signature": new UnsecuredJWT({ roles, iss: ISSUER, aud: AUDIENCE, exp: 9e9 }).encode(),
    "a shared secret": await new SignJWT({ roles, iss: ISSUER, aud: AUDIENCE, exp: 9e9 })
      .setProtectedHeader({ alg: "HS256", kid: "one" })
      .sign(new TextEncoder().encode("a secret of thirty-two characters")),
    "a time that is over": await maker.sign({ roles, exp: nowS - 60 }),
    "a time to come": await maker.sign({ roles, nbf: nowS + 600 }),
    "no end": await maker.sign({ roles, exp: undefined } as never),
    "another issuer": await maker.sign({ roles, iss: "https://other.example" }),
    "another audience": await maker.sign({ roles, aud: "other" }),
    "no roles": await maker.sign({}),
    "roles of another form": await maker.sign({ roles: "admin" }),
    "too many bytes": await maker.sign({ roles, more: "x".repeat(9_000) }),
  };
  const request = REQUESTS["/segue.v1.Recommender/NextTracks"]!("ada");
  const asked = (token: string | undefined) =>
    ask("/segue.v1.Recommender/NextTracks", request, token);
  assert.equal(await asked(good), status.OK);
  for (const [what, token] of Object.entries(bad)) {
    assert.equal(await asked(token), status.UNAUTHENTICATED, what);
  }
});

test("a token of two tenants' names at once is no token", async (context) => {
  const { maker, ask } = await guarded(context, { tenantClaim: "tenant" });
  for (const tenant of ["acme/sub", "", ["acme"], 7]) {
    const token = await maker.sign({ roles: ["play"], tenant });
    const request = REQUESTS["/segue.v1.Recommender/NextTracks"]!("acme/sub/ada");
    const answer = await ask("/segue.v1.Recommender/NextTracks", request, token);
    assert.equal(answer, status.UNAUTHENTICATED);
  }
});

interface Guarded {
  readonly maker: TokenMaker;
  /** The status of a call's answer. */
  ask(path: string, request: Uint8Array, token: string | undefined): Promise<status>;
}

async function guarded(
  context: TestContext,
  { tenantClaim }: { readonly tenantClaim?: string },
): Promise<Guarded> {
  const maker = await tokenMaker();
  const rules = { keys: maker.keysFile, issuer: ISSUER, audience: AUDIENCE, tenantClaim };
  const check = await createTokenCheck(rules, Date.now);
  const log = { append: async () => [{ partition: 0 as Partition, offset: 0 as Offset }] };
  const reported: unknown[] = [];
  const report = (error: unknown) => reported.push(error);
  const scorer = idleScorer(tinyModels(4, 30), report);
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    services: [
      recommenderService({ scorer: () => scorer, log, report }),
      eventGateway({ log, nowMs: Date.now }),
    ],
    interceptors: [accessInterceptor({ check, keepsToken: false }, report)],
  });
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  context.after(() => {
    client.close();
    server.close();
    assert.deepEqual(reported, []);
  });
  const same = (bytes: Buffer) => bytes;
  const ask = (path: string, request: Uint8Array, token: string | undefined) =>
    new Promise<status>((resolve) => {
      const metadata = new Metadata();
      if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
      const done = (error: ServiceError | null) => resolve(error?.code ?? status.OK);
      client.makeUnaryRequest(path, same, same, Buffer.from(request), metadata, done);
    });
  return { maker, ask };
}

function published(listener: string): Uint8Array {
  const event = { eventId: "e", listener, track: "track-1", happenedAtMs: Date.now() };
  return PublishRequest.encode(PublishRequest.fromPartial({ event })).finish();
}
