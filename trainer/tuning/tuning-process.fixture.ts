import { tune } from "./tune.ts";

/** A search in a process of its own, told by its parent where to stop: it writes a line for every
 *  word of progress and every notice, and one with its result at the end. */
const [logFolder, outFolder, spaceText] = process.argv.slice(2);
const model = { hidden: 8, dimension: 8, lanes: 8, negatives: 16 };
const result = await tune({
  logFolder: logFolder!,
  outFolder: outFolder!,
  space: JSON.parse(spaceText!),
  settings: {
    validationShare: 0.1,
    short: { ...model, epochs: 3 },
    long: { ...model, epochs: 1 },
  },
  seed: 3,
  minutes: 60,
  atOnce: 1,
  checkpointSeconds: 0.01,
  progress: ({ trial, training }) => {
    console.log(`${trial} ${training.model} ${training.epoch} ${training.events}`);
  },
  notice: (text) => console.log(text),
});
console.log(`ended ${result.ended}`);
