import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chosenEpoch,
  isChosenLater,
  newChosenEpoch,
  tellBest,
  tellChosen,
} from "./chosen-epoch.ts";

const goOn = () => undefined;

test("epochs up to the best so far may be learned before one is chosen", () => {
  const chosen = newChosenEpoch();
  tellBest(chosen, 3);
  assert.equal(chosenEpoch(chosen), undefined);
  assert.deepEqual(
    [1, 2, 3].map((epoch) => isChosenLater(chosen, epoch, goOn)),
    [true, true, true],
  );
});

test("no epoch after the chosen one is learned", () => {
  const chosen = newChosenEpoch();
  tellChosen(chosen, 3);
  assert.equal(chosenEpoch(chosen), 3);
  assert.deepEqual(
    [3, 4].map((epoch) => isChosenLater(chosen, epoch, goOn)),
    [true, false],
  );
});

test("who waits for an epoch learns of the choice, and stops when told to", () => {
  const chosen = newChosenEpoch();
  tellBest(chosen, 1);
  let looks = 0;
  const choosesMeanwhile = () => {
    if (++looks === 2) tellChosen(chosen, 2);
  };
  assert.equal(isChosenLater(chosen, 2, choosesMeanwhile), true);
  const stopped = new Error("stopped");
  const stops = () => {
    throw stopped;
  };
  assert.throws(() => isChosenLater(newChosenEpoch(), 1, stops), stopped);
});
