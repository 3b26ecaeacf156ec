import type { OptionSpec, Options } from "./command.ts";
import { type Home, homeAt } from "./home.ts";

/** Options that several commands share, so that they mean the same in all of them. */
export const BUNDLE_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  bundle: { type: "text", help: "bundle to serve; HOME/bundle where it is not given" },
};

export const ADDRESS_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  host: { type: "text", help: "address to listen on", default: "127.0.0.1" },
  port: { type: "number", help: "port to listen on; 0 takes any free one", default: 7600 },
};

/** The home's folders, with the bundle that `--bundle` names. */
export function homeOf(options: Options): Home {
  const home = homeAt(options.text("home"));
  return { ...home, bundle: options.textIfGiven("bundle") ?? home.bundle };
}
