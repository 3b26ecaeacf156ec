/** 2100-01-01: a later time is of another unit by mistake, or broken. */
export const TIME_MS_MAX = Date.UTC(2100, 0, 1);

const NUMBER = /^\d+(\.\d+)?$/;

/** A number that is not below zero, without signs and exponents. Undefined for anything else. */
export function count(cell: string): number | undefined {
  return NUMBER.test(cell) ? Number(cell) : undefined;
}

/** Unix time in units of `msPerUnit` milliseconds, whole or not. Undefined for anything else. */
export function unixToMs(cell: string, msPerUnit: number): number | undefined {
  return NUMBER.test(cell) ? inRange(Math.floor(Number(cell) * msPerUnit)) : undefined;
}

const DATE_AND_TIME =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(UTC|Z|[+-]\d\d:?\d\d)?$/;

/** A date and a time of day as ISO 8601 writes them, with a space allowed for the `T`; UTC where no
 *  zone stands at the end. */
export function isoToMs(cell: string): number | undefined {
  const [, day, time, zone = "Z"] = DATE_AND_TIME.exec(cell) ?? [];
  if (day === undefined) return undefined;
  return inRange(Date.parse(`${day}T${time}${zone === "UTC" ? "Z" : zone}`));
}

function inRange(atMs: number): number | undefined {
  return atMs >= 0 && atMs < TIME_MS_MAX ? atMs : undefined;
}

/** A length of time in units of `msPerUnit` milliseconds; undefined where it is absent, negative or
 *  no number, as also above a day: no track is so long. */
export function lengthToMs(cell: string, msPerUnit: number): number | undefined {
  if (!NUMBER.test(cell)) return undefined;
  const ms = Math.round(Number(cell) * msPerUnit);
  return ms <= LENGTH_MS_MAX ? ms : undefined;
}

const LENGTH_MS_MAX = 24 * 60 * 60 * 1000;

const FLAGS = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["false", false],
  ["0", false],
  ["no", false],
]);

/** Undefined for anything but true, false, yes, no, 1 and 0. */
export function flag(cell: string): boolean | undefined {
  return FLAGS.get(cell) ?? FLAGS.get(cell.toLowerCase());
}
