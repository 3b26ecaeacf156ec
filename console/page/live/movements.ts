/** How a track's place in the list changed. */
export type Movement =
  | { readonly kind: "rose" | "fell"; readonly places: number }
  /** It was not known before. */
  | { readonly kind: "new" }
  | { readonly kind: "stayed" };

/** What became of each track of `after`, by its id; both lists are best first. */
export function movementsOf(
  before: readonly string[],
  after: readonly string[],
): ReadonlyMap<string, Movement> {
  const places = new Map(before.map((track, place) => [track, place]));
  return new Map(after.map((track, place) => [track, movementOf(places.get(track), place)]));
}

function movementOf(was: number | undefined, place: number): Movement {
  if (was === undefined) return { kind: "new" };
  if (was === place) return { kind: "stayed" };
  return { kind: was > place ? "rose" : "fell", places: Math.abs(was - place) };
}

/** How many of the first `shown` tracks are there no more. */
export function leftCount(
  before: readonly string[],
  after: readonly string[],
  shown: number,
): number {
  const still = new Set(after.slice(0, shown));
  return before.slice(0, shown).filter((track) => !still.has(track)).length;
}
