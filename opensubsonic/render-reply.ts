import type { Refusal } from "./refusal.ts";

/** Values are texts, numbers and truths; objects are elements; arrays are repeated elements. */
export type ReplyContent = { readonly [name: string]: ReplyValue };
type ReplyPart = string | number | boolean | ReplyContent;
type ReplyValue = ReplyPart | readonly ReplyPart[];

export interface RenderedReply {
  readonly contentType: string;
  readonly body: string;
}

const VERSION = "1.16.1";

/** A reply in the envelope of the Subsonic API, as XML, or as JSON where `format` is "json". */
export function renderReply(
  content: ReplyContent,
  { format, serverVersion }: { readonly format: string; readonly serverVersion: string },
): RenderedReply {
  const status = "error" in content ? "failed" : "ok";
  const common = { status, version: VERSION, type: "segue", serverVersion, openSubsonic: true };
  const envelope = { ...common, ...content };
  if (format === "json") {
    const body = JSON.stringify({ "subsonic-response": envelope });
    return { contentType: "application/json; charset=utf-8", body };
  }
  const root = { xmlns: "http://subsonic.org/restapi", ...envelope };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element("subsonic-response", root)}\n`;
  return { contentType: "text/xml; charset=utf-8", body };
}

export function refusedContent({ code, message }: Refusal): ReplyContent {
  return { error: { code, message } };
}

function element(name: string, content: ReplyContent): string {
  let attributes = "";
  let children = "";
  for (const [key, value] of Object.entries(content)) {
    if (typeof value !== "object") attributes += ` ${key}="${escaped(String(value))}"`;
    else for (const part of [value].flat()) children += child(key, part as ReplyPart);
  }
  return children === ""
    ? `<${name}${attributes}/>`
    : `<${name}${attributes}>${children}</${name}>`;
}

function child(name: string, part: ReplyPart): string {
  if (typeof part === "object") return element(name, part);
  return `<${name}>${escaped(String(part))}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Control characters have no place in XML 1.0, escaped or not. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  const printable = text.toWellFormed().replace(/[\u0000-\u001f\ufffe\uffff]/g, " ");
  return printable.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
