import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type ListeningServer, listen } from "../core/http/listen.ts";
import { jsonDoor, type ServiceCalls } from "./door.ts";
import { readReport } from "./library/reports.ts";
import { servePageFile } from "./page-files.ts";
import { refusalOfRequest } from "./same-origin.ts";

export interface ConsoleOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** By the services' full names. */
  readonly services: ReadonlyMap<string, ServiceCalls>;
  /** The built page. */
  readonly pageFolder: string;
  /** Reports of bundles. */
  readonly reportsFolder: string;
  /** Told of requests that failed by no fault of their caller. */
  readonly report: (error: unknown) => void;
}

export interface RunningConsole extends ListeningServer {
  /** As a browser takes it. */
  readonly url: string;
}

/** Serves the page, its JSON door and the document that describes the door. Throws
 *  `bad_configuration` where it cannot listen. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { host, services, report } = options;
  const door = jsonDoor(services);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refused = refusalOfRequest(request.headers, host);
    if (refused !== undefined) return refuse(response, 403, refused);
    const path = pathOf(request);
    if (services.has(path.split("/")[1] ?? "")) return void door(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return refuse(response, 405, `${path} is not called by ${request.method}`);
    }
    if (path === "/openapi.json") return serveDocument(response);
    serveFile(options, path, response).catch((error: unknown) => {
      report(error);
      refuse(response, 500, "the page could not be read");
    });
  });
  const listening = await listen(server, { host, port: options.port, field: "--console-port" });
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return { ...listening, url: `http://${shownHost}:${listening.port}/` };
}

async function serveFile(
  { pageFolder, reportsFolder }: ConsoleOptions,
  path: string,
  response: ServerResponse,
): Promise<void> {
  if (!path.startsWith(REPORTS)) return servePageFile(pageFolder, path, response);
  const report = await readReport(reportsFolder, path.slice(REPORTS.length));
  if (report === undefined) return refuse(response, 404, `there is no ${path}`);
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
  });
  response.end(report);
}

const REPORTS = "/reports/";

/** Nothing on the page may come from, or go to, another host. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function serveDocument(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(readFileSync(new URL("openapi/openapi.json", import.meta.url)));
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (!response.headersSent) {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  }
  response.end(`${text}\n`);
}
