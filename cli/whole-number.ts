import { Failure } from "../core/domain/failure.ts";
import type { Options } from "./command.ts";

export interface NumberRange {
  readonly least: number;
  /** Without it there is no most. */
  readonly most?: number;
}

/** An option's value. Throws `bad_configuration` naming the option where it is no whole number of
 *  the range. */
export function wholeNumberOf(
  options: Options,
  name: string,
  { least, most = Number.POSITIVE_INFINITY }: NumberRange,
): number {
  const number = options.number(name);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const end = most === Number.POSITIVE_INFINITY ? "on" : `to ${most}`;
  const message = `--${name} is ${number}, not a whole number from ${least} ${end}`;
  throw new Failure("bad_configuration", message, { field: `--${name}` });
}
