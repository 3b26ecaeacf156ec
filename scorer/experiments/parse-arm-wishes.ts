import { Failure } from "../../core/domain/failure.ts";
import { NextTracksRequest } from "../../proto/gen/segue/v1/recommender.ts";
import { nextTracksQuery } from "../requests.ts";
import type { ArmWishes } from "./experiment.ts";

type Shape = "number" | "boolean" | { readonly [key: string]: Shape };

const SPREAD: Shape = { tracks_max: "number", window: "number" };
/** What an arm may say, with the names that requests have for it. */
const SHAPES: Readonly<Record<string, Shape>> = {
  blend: {
    short_term: "number",
    long_term: "number",
    popularity: "number",
    neighbours: "number",
    coplay: "number",
  },
  skips: "number",
  rules: {
    per_artist: SPREAD,
    per_album: SPREAD,
    not_heard_within_ms: "number",
    no_near_duplicates: "boolean",
    unheard_share_min: "number",
    long_tail_share_min: "number",
  },
  diversity: "number",
  exploration: { uniform: "number", temperature: "number", pool: "number" },
};

export const WISH_KEYS: readonly string[] = Object.keys(SHAPES);

/** What an arm asks for instead of what requests say, held to the limits of requests. `field` is
 *  the arm's. Throws `bad_configuration` naming the key at fault. */
export function parseArmWishes(field: string, given: Readonly<Record<string, unknown>>): ArmWishes {
  for (const [key, shape] of Object.entries(SHAPES)) {
    if (given[key] !== undefined) checkShape(`${field}.${key}`, given[key], shape);
  }
  const { blend, skips, rules, diversity, exploration } = given;
  const request = { rules, diversity, exploration };
  const wishes = checked(field, { ...request, ...(blend !== undefined && { blend }) });
  // What a blend says of skips is checked beside weights that are no part of the arm.
  const alone = checked(field, { blend: { short_term: 1, skips } }).skips;
  return {
    ...(blend !== undefined && { weights: wishes.weights }),
    ...(skips !== undefined && { skips: alone }),
    ...(rules !== undefined && {
      listRules: wishes.listRules,
      notHeardWithinMs: wishes.notHeardWithinMs,
    }),
    ...(diversity !== undefined && { diversity: wishes.diversity ?? 0 }),
    ...(exploration !== undefined && { exploration: wishes.exploration }),
  };
}

function checkShape(field: string, value: unknown, shape: Shape): void {
  if (typeof shape === "string") {
    const fits = shape === "boolean" ? typeof value === "boolean" : Number.isFinite(value);
    if (!fits) throw wrong(field, `${field} must be a ${shape}`);
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(field, `${field} must be an object`);
  }
  for (const [key, part] of Object.entries(value)) {
    const known = shape[key];
    if (known !== undefined) checkShape(`${field}.${key}`, part, known);
    else throw wrong(`${field}.${key}`, `${field}.${key} is not known`);
  }
}

/** As the wire's request would be checked; whose it is does not matter. */
function checked(field: string, request: object): ReturnType<typeof nextTracksQuery> {
  try {
    return nextTracksQuery(NextTracksRequest.fromJSON({ listener: "anyone", ...request }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw wrong(`${field}.${error.field}`, `${field}.${error.message}`);
  }
}

function wrong(field: string, message: string): Failure {
  return new Failure("bad_configuration", message, { field });
}
