import { Failure } from "../core/domain/failure.ts";
import type { LogRecord } from "../core/log/event-log.ts";

/** The longest value that is decoded: a valid event takes less than 2 KiB. It also bounds how
 *  deep a message can nest. */
export const VALUE_BYTES_MAX = 64 * 1024;

/** The wire message that a record holds. Throws `bad_event` and nothing else. */
export function decodeMessage<T>(record: LogRecord, type: MessageType<T>): T {
  const value = record.value ?? new Uint8Array();
  if (value.length > VALUE_BYTES_MAX) {
    const message = `the value has ${value.length} bytes; ${VALUE_BYTES_MAX} is the limit`;
    throw new Failure("bad_event", message, { field: "value" });
  }
  const format = isJson(record) ? "JSON" : "protobuf";
  try {
    return format === "JSON" ? type.fromJSON(parseJson(value)) : type.decode(value);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw new Failure("bad_event", `the value is not ${format}`, { field: "value", cause });
  }
}

/** The part of a generated message type that decoding takes. */
interface MessageType<T> {
  decode(bytes: Uint8Array): T;
  fromJSON(value: unknown): T;
}

function isJson(record: LogRecord): boolean {
  return /^application\/json\b/i.test(record.headers["content-type"] ?? "");
}

/** JSON that the generated code can be trusted with: it takes whatever stands where a text
 *  should and turns it into text. */
function parseJson(bytes: Uint8Array): unknown {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("not a JSON object");
  }
  requireShape(value, "", NESTED_FIELDS);
  return value;
}

const OBJECT_FIELDS = ["context", "album"];
const LIST_FIELDS = ["artists", "genres", "markets"];
const NESTED_FIELDS: readonly string[] = [...OBJECT_FIELDS, ...LIST_FIELDS];

/** Objects and lists may stand only where the messages have them, one level deep. */
function requireShape(object: object, path: string, nested: readonly string[]): void {
  for (const [name, value] of Object.entries(object)) {
    const field = path + name;
    if (typeof value === "string" && !value.isWellFormed()) {
      throw new Failure("bad_event", `${field} is not Unicode text`, { field });
    }
    if (typeof value !== "object" || value === null) continue;
    if (!nested.includes(name) || Array.isArray(value) !== LIST_FIELDS.includes(name)) {
      throw new Failure("bad_event", `${field} has the wrong shape`, { field });
    }
    for (const item of Array.isArray(value) ? value : [value]) {
      requireShape(typeof item === "object" && item !== null ? item : { item }, `${field}.`, []);
    }
  }
}
