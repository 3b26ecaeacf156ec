import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describeDoor } from "./describe-door.ts";

/** The document that the console serves at `/openapi.json`. */
export const OPENAPI_DOCUMENT = new URL("openapi.json", import.meta.url);
/** What the console offers as JSON. */
export const DOOR_SERVICES = ["segue.v1.Recommender", "segue.v1.EventGateway", "segue.v1.Console"];

/** Streams of the others are for gRPC alone. */
const STREAMED = new Set(["segue.v1.Console"]);

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The document as the `.proto` files and their comments have it now. */
export async function compileDocument(): Promise<string> {
  const { stdout } = await promisify(execFile)(
    `${ROOT}/node_modules/.bin/buf`,
    ["build", "--as-file-descriptor-set", "-o", "-#format=binpb"],
    { cwd: ROOT, encoding: "buffer", timeout: 60_000 },
  );
  const files = fromBinary(FileDescriptorSetSchema, stdout);
  const registry = createFileRegistry(files);
  const services = DOOR_SERVICES.map((name) => registry.getService(name)!);
  const { version } = JSON.parse(await readFile(`${ROOT}/package.json`, "utf8"));
  const document = describeDoor(services, {
    comments: commentsIn(files),
    version,
    streamed: STREAMED,
  });
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Descriptors hold a comment by the path of field numbers that leads to what it stands at; see
 *  `SourceCodeInfo` in google/protobuf/descriptor.proto. */
function commentsIn({ file }: FileDescriptorSet): Map<string, string> {
  const comments = new Map<string, string>();
  for (const { package: scope, messageType, service, sourceCodeInfo } of file) {
    for (const { path, leadingComments } of sourceCodeInfo?.location ?? []) {
      if (leadingComments === "") continue;
      const [kind, index, part, inner] = path;
      const owner =
        kind === MESSAGES ? messageType[index!] : kind === SERVICES ? service[index!] : undefined;
      if (owner === undefined || path.length > 4) continue;
      const parts = "field" in owner ? owner.field : owner.method;
      const name = part === undefined ? "" : `.${parts[inner!]?.name}`;
      comments.set(`${scope}.${owner.name}${name}`, sentence(leadingComments));
    }
  }
  return comments;
}

const MESSAGES = 4;
const SERVICES = 6;

function sentence(comment: string): string {
  return comment.trim().split(/\s+/).join(" ");
}

if (import.meta.main) await writeFile(OPENAPI_DOCUMENT, await compileDocument());
