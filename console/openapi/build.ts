import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createFileRegistry } from "@bufbuild/protobuf";
import { commentsIn, contractFiles } from "./contract-files.ts";
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
  const files = await contractFiles();
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

if (import.meta.main) await writeFile(OPENAPI_DOCUMENT, await compileDocument());
