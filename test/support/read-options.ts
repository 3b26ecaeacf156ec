import { parseArgs } from "node:util";

export interface ToolSpec {
  /** What `--help` prints. */
  readonly help: string;
  /** Options that have a value. */
  readonly options: readonly string[];
  /** How many words without dashes are taken at most. */
  readonly wordsMax?: number;
}

export interface ToolInput extends Pick<ToolSpec, "help"> {
  readonly values: Readonly<Partial<Record<string, string>>>;
  readonly words: readonly string[];
}

/** Reads a tool's command line. With `--help` it prints what help there is and ends the process;
 *  for an option that there is not it says which one, before the same. */
export function readOptions(
  { help, options, wordsMax = 0 }: ToolSpec,
  args: readonly string[] = process.argv.slice(2),
): ToolInput {
  const known = Object.fromEntries(options.map((name) => [name, { type: "string" }] as const));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...known, help: { type: "boolean" } } as const,
      allowPositionals: wordsMax > 0,
    });
    if (values.help) {
      process.stdout.write(`${help}\n`);
      process.exit(0);
    }
    if (positionals.length > wordsMax) {
      return refuse(help, `unexpected word "${positionals[wordsMax]}"`);
    }
    return { help, values: values as ToolInput["values"], words: positionals };
  } catch (error) {
    return refuse(help, (error as Error).message);
  }
}

/** Says what is wrong and what there is, and ends the process with 2. */
export function refuse(help: string, what: string): never {
  process.stderr.write(`${what}\n\n${help}\n`);
  process.exit(2);
}

/** The value of an option as a whole number from `least` on; ends the process where it is none. */
export function wholeNumber(
  { help, values }: ToolInput,
  name: string,
  { least, otherwise }: { readonly least: number; readonly otherwise: number },
): number {
  const number = Number(values[name] ?? otherwise);
  if (Number.isSafeInteger(number) && number >= least) return number;
  return refuse(help, `--${name} is "${values[name]}", not a whole number from ${least} on`);
}
