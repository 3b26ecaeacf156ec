import type { BaselineRecipe } from "./baseline.ts";
import {
  associationRules,
  itemKnn,
  markov,
  repeatingRules,
  sequentialRules,
} from "./co-occurrence.ts";
import { popularity, sessionPopularity } from "./popularity.ts";
import { stan } from "./stan.ts";
import { vmisKnn } from "./vmis-knn.ts";
import { vsknn } from "./vsknn.ts";

/** Every baseline, in the order in which tables show them. */
export const BASELINES: readonly BaselineRecipe[] = [
  popularity,
  sessionPopularity,
  markov,
  associationRules,
  sequentialRules,
  repeatingRules,
  itemKnn,
  vsknn,
  stan,
  vmisKnn,
];
