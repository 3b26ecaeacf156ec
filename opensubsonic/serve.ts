import { createServer, type IncomingMessage } from "node:http";
import { type ListeningServer, listen } from "../core/http/listen.ts";
import { EXTENSIONS, METHODS, type MethodInput } from "./methods.ts";
import { Refusal } from "./refusal.ts";
import { type RenderedReply, refusedContent, renderReply } from "./render-reply.ts";
import { authenticate, type User } from "./users.ts";

export interface SubsonicOptions extends Pick<MethodInput, "segue" | "nowMs"> {
  readonly users: readonly User[];
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly serverVersion: string;
  /** Told of requests that failed by no fault of their player. */
  readonly report: (error: unknown) => void;
}

const FORM_BYTES_MAX = 64 * 1024;
const REQUEST_MS = 10_000;

/** Serves the recommending and scrobbling part of the OpenSubsonic API under `/rest/`. Throws
 *  `bad_configuration` where it cannot listen. */
export async function serveSubsonic(options: SubsonicOptions): Promise<ListeningServer> {
  const { host, port } = options;
  const server = createServer({ requestTimeout: REQUEST_MS }, async (request, response) => {
    const { contentType, body } = await answer(request, options);
    response.writeHead(200, { "content-type": contentType, "access-control-allow-origin": "*" });
    response.end(body);
  });
  return listen(server, { host, port, field: "--port" });
}

/** Refusals are answers as well, with HTTP status 200, as players expect. */
async function answer(request: IncomingMessage, options: SubsonicOptions): Promise<RenderedReply> {
  const { serverVersion } = options;
  let format = "xml";
  try {
    const url = new URL(request.url ?? "/", "http://localhost");
    const parameters = url.searchParams;
    format = parameters.get("f") ?? format;
    if (request.method === "POST") await addForm(request, parameters);
    format = parameters.get("f") ?? format;
    const content = await contentOf(url.pathname, parameters, options);
    return renderReply(content, { format, serverVersion });
  } catch (error) {
    if (!(error instanceof Refusal)) options.report(error);
    const refusal = error instanceof Refusal ? error : new Refusal(0, "Segue could not answer");
    return renderReply(refusedContent(refusal), { format, serverVersion });
  }
}

async function contentOf(path: string, parameters: URLSearchParams, options: SubsonicOptions) {
  const name = /^\/rest\/(\w+?)(\.view)?$/.exec(path)?.[1] ?? "";
  if (name === "getOpenSubsonicExtensions") return EXTENSIONS;
  const user = authenticate(parameters, options.users);
  const method = METHODS.get(name);
  if (method === undefined) throw new Refusal(0, `${path} is not offered here`);
  return method({ ...options, parameters, user });
}

/** What a form says (the extension `formPost`), after what the address says. */
async function addForm(request: IncomingMessage, parameters: URLSearchParams): Promise<void> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > FORM_BYTES_MAX) throw new Refusal(0, "the form is too long");
  }
  for (const [name, value] of new URLSearchParams(text)) parameters.append(name, value);
}
