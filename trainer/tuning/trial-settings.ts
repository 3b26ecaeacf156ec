import { nestedSettings } from "../config.ts";
import type { SearchSpace, Settings, SettingValue } from "./search-space.ts";

/** A configuration file's settings, as it nests them, with a trial's laid over them; trial 0 has
 *  the file's own. */
export function trialSettings(
  given: object,
  { trial, settings }: { readonly trial: number; readonly settings: Settings },
): Record<string, unknown> {
  const own = trial === 0 ? [] : Object.entries(settings);
  return nestedSettings([...flattened(given, ""), ...own]);
}

function flattened(settings: object, path: string): (readonly [string, unknown])[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const isPart = typeof value === "object" && value !== null;
    return isPart ? flattened(value, `${path}${key}.`) : [[path + key, value] as const];
  });
}

/** What a configuration says for the space's keys. */
export function settingsOf(space: SearchSpace, config: object): Settings {
  return Object.fromEntries(
    Object.keys(space).map((key) => {
      const value = key.split(".").reduce<unknown>((part, name) => {
        return (part as Readonly<Record<string, unknown>>)[name];
      }, config);
      return [key, value as SettingValue];
    }),
  );
}
