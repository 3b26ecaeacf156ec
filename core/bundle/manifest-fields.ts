import { Failure } from "../domain/failure.ts";

/** A refusal of a bundle, naming the manifest key or the file at fault. */
export function badBundle(field: string, message: string, cause?: unknown): Failure {
  return new Failure("bad_bundle", `${field}: ${message}`, { field, cause });
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object with exactly these keys, and maybe some of the optional ones. */
export function exactObject(
  value: unknown,
  field: string,
  keys: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  const object = anyObject(value, field);
  for (const key of Object.keys(object)) {
    if (!keys.includes(key) && !optional.includes(key))
      throw badBundle(within(field, key), "an unknown key");
  }
  for (const key of keys) {
    if (!Object.hasOwn(object, key)) throw badBundle(within(field, key), "missing");
  }
  return object;
}

export function anyObject(value: unknown, field: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badBundle(field, "must be an object");
  }
  return value as JsonObject;
}

/** A whole number of `least`…`most`. */
export function wholeNumber(
  value: unknown,
  field: string,
  range: { readonly least: number; readonly most: number },
): number {
  const number = numberIn(value, field, range);
  if (!Number.isInteger(number)) throw badBundle(field, "must be a whole number");
  return number;
}

/** A finite number of `least`…`most`. */
export function numberIn(
  value: unknown,
  field: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    throw badBundle(field, `must be a number of ${least} to ${most}`);
  }
  return value;
}

/** The name of a plain file inside the bundle's folder: no separator, no leading dot. */
export function fileName(value: unknown, field: string): string {
  if (typeof value !== "string" || !FILE_NAME.test(value)) {
    throw badBundle(field, "must be the name of a file in the bundle's own folder");
  }
  return value;
}

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export function hexadecimal64(value: unknown, field: string): string {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) {
    throw badBundle(field, "must be 64 lower-case hexadecimal digits");
  }
  return value;
}

export function within(field: string, key: string): string {
  return field === "manifest" ? key : `${field}.${key}`;
}
