import { createHash } from "node:crypto";
import { Failure } from "../domain/failure.ts";
import type { BundleId } from "../domain/ids.ts";
import { BUNDLE_LIMITS } from "./limits.ts";

/** The id of a bundle: SHA-256 of the canonical JSON of its manifest without `id`. */
export function bundleId(manifest: Readonly<Record<string, unknown>>): BundleId {
  const { id: _, ...rest } = manifest;
  return createHash("sha256").update(canonicalJson(rest)).digest("hex") as BundleId;
}

/** The one text of a JSON value: no white space, keys sorted by UTF-16 code units, numbers and
 *  strings as ECMAScript writes them; keys without a value are left out. Source: RFC 8785. */
export function canonicalJson(value: unknown): string {
  return encode(value, 0);
}

function encode(value: unknown, depth: number): string {
  if (depth > BUNDLE_LIMITS.depthMax) throw notJson("nested too deeply");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, depth + 1)).join(",")}]`;
  if (typeof value === "object") {
    const parts = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${encode(item, depth + 1)}`);
    return `{${parts.join(",")}}`;
  }
  throw notJson(`${String(value)} is no JSON value`);
}

function notJson(what: string): Failure {
  return new Failure("bad_bundle", `a manifest cannot hold this: ${what}`, { field: "manifest" });
}
