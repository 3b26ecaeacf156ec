import { parseTrainingConfig } from "../config.ts";
import { train } from "../train.ts";

/** A training in a process of its own, told by its parent where to stop: it writes a line for every
 *  word of progress and every notice, and its bundle's id at the end. */
const [logFolder, outFolder, checkpointSeconds] = process.argv.slice(2);
const model = { hidden: 12, dimension: 12, lanes: 8, negatives: 16 };
// What is saved of them beside the weights of the plain form.
const other = { layers: 2, vectors: "separate", momentum: 0.3 };
const { bundle } = await train({
  logFolder: logFolder!,
  outFolder: outFolder!,
  config: parseTrainingConfig({
    validationShare: 0.1,
    short: { ...model, epochs: 4 },
    long: { ...model, ...other, epochs: 3, steps: 2, dimension: 10, tasteDropout: 0.2 },
  }),
  seed: 3,
  checkpointSeconds: Number(checkpointSeconds),
  progress: ({ model, epoch, events }) => console.log(`${model} ${epoch} ${events}`),
  notice: (text) => console.log(text),
});
console.log(`bundle ${bundle}`);
