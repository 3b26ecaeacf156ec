import { registerHooks } from "node:module";
import { MUTANTS } from "../simulation/mutants.ts";

/** Loaded before anything else of a process, this takes the fence out of its store. */
const { file, find, replace } = MUTANTS[0]!.edits[0]!;

registerHooks({
  load(url, context, next) {
    const module = next(url, context);
    if (!url.endsWith(file)) return module;
    const source = String(module.source);
    if (!source.includes(find)) throw new Error(`${file} has no fence to take out`);
    return { ...module, source: source.replace(find, () => replace) };
  },
});
