/** The codes of the Subsonic API that are answered here. */
export type RefusalCode = 0 | 10 | 40 | 41 | 43 | 44 | 70;

/** What a player is told instead of an answer. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The first value of a parameter. Throws refusal 10 where there is none. */
export function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (value === null || value === "") throw missing(name);
  return value;
}

export function missing(name: string): Refusal {
  return new Refusal(10, `required parameter "${name}" is missing or wrong`);
}

/** A whole number from `least` to `most`; `fallback`, or refusal 10, where it is not given. Throws
 *  refusal 10 for anything else. */
export function wholeNumber(
  parameters: URLSearchParams,
  name: string,
  range: { readonly least: number; readonly most: number; readonly fallback?: number },
): number {
  const text = parameters.get(name);
  if (text === null && range.fallback !== undefined) return range.fallback;
  return wholeNumberOf(text ?? "", name, range);
}

export function wholeNumberOf(
  text: string,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = Number(text);
  if (text === "" || !Number.isInteger(value) || value < least || value > most) {
    throw missing(name);
  }
  return value;
}
