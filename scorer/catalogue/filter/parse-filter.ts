import {
  type ASTNode,
  Environment,
  ParseError,
  TypeError as TypesDiffer,
} from "@marcbachmann/cel-js";
import { Failure } from "../../../core/domain/failure.ts";

/** What a filter may cost to read; what it may cost to run is bounded where it is compiled. */
export const FILTER_LIMITS = {
  lengthMax: 4000,
  nodesMax: 300,
  depthMax: 32,
} as const;

/** The fields of `track`, in CEL's types. */
export const TRACK_FIELDS = {
  id: "string",
  title: "string",
  artists: "list<string>",
  artist_names: "list<string>",
  album: "string",
  album_title: "string",
  genres: "list<string>",
  markets: "list<string>",
  duration_ms: "int",
  release_year: "int",
  explicit: "bool",
  tempo: "double",
  energy: "double",
  valence: "double",
  popularity: "double",
} as const;
export type TrackField = keyof typeof TRACK_FIELDS;

const environment = new Environment({
  limits: {
    maxAstNodes: FILTER_LIMITS.nodesMax,
    maxDepth: FILTER_LIMITS.depthMax,
    maxListElements: FILTER_LIMITS.nodesMax,
  },
})
  .registerType("Track", { fields: { ...TRACK_FIELDS } })
  .registerVariable("track", "Track");

/** Parses a filter and checks its types. Throws `bad_request` on `field`, with the place in the
 *  expression. Source of the language: https://github.com/google/cel-spec */
export function parseFilter(text: string, field: string): ASTNode {
  if (text.length > FILTER_LIMITS.lengthMax) {
    const problem = `${field} has ${text.length} characters, more than ${FILTER_LIMITS.lengthMax}`;
    throw new Failure("bad_request", problem, { field });
  }
  try {
    const parsed = environment.parse(text);
    const { error, type } = parsed.check();
    if (error !== undefined) throw error;
    if (String(type) === "bool") return parsed.ast;
    throw filterError({ field, text, at: 0 }, `it is of type ${type}, not bool`);
  } catch (error) {
    if (!(error instanceof ParseError || error instanceof TypesDiffer)) throw error;
    throw filterError({ field, text, at: error.range?.start ?? 0 }, error.summary);
  }
}

export interface FilterPlace {
  readonly field: string;
  readonly text: string;
  /** The character, from 0. */
  readonly at: number;
}

/** A `bad_request` that says where the expression is off. */
export function filterError({ field, text, at }: FilterPlace, problem: string): Failure {
  const near = text.slice(at, at + 24);
  const place = near === "" ? "at its end" : `at character ${at + 1}, near "${near}"`;
  return new Failure("bad_request", `${field} is no filter ${place}: ${problem}`, { field });
}
