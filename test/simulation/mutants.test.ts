import assert from "node:assert/strict";
import { test } from "node:test";
import { loadMutant } from "./load-mutant.ts";
import { MUTANTS, type Mutant } from "./mutants.ts";

for (const mutant of MUTANTS) {
  test(`${mutant.name} is caught within ${mutant.seedsMax} seeds`, async () => {
    assert.notEqual(await seedThatCatches(mutant), undefined);
  });
}

async function seedThatCatches(mutant: Mutant): Promise<number | undefined> {
  const { simulate } = await loadMutant(mutant);
  for (let seed = 1; seed <= mutant.seedsMax; seed++) {
    const { violation } = await simulate(seed);
    if (violation !== undefined) return seed;
  }
  return undefined;
}
