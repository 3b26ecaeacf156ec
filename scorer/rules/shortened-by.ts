import type { PoolStep } from "./pool.ts";

const REASONS: Readonly<Record<PoolStep["rule"], string>> = {
  candidates: "not among the candidates",
  withdrawn: "withdrawn",
  market: "not for the market",
  filter: "kept out by the filter",
  attributes: "outside the attributes' ranges",
  excluded: "excluded by the request",
  earlier_pages: "on earlier pages",
  path: "where the path begins",
  disliked: "disliked",
  just_heard: "just heard",
  heard_lately: "heard lately",
  near_duplicate: "of a recording that is heard or listed",
  per_artist: "over the limit per artist",
  per_album: "over the limit per album",
  unheard_share: "heard, where an unheard one is due",
  long_tail_share: "popular, where one of the long tail is due",
};

/** Why a list has `length` tracks and not `k`, in words; empty where it has them. */
export function shortenedBy(
  steps: readonly PoolStep[],
  list: {
    readonly length: number;
    readonly k: number;
    readonly bundled: number;
    /** New tracks. */
    readonly fresh: number;
  },
): string {
  if (list.length >= list.k) return "";
  const reasons = steps
    .filter(({ before, after }) => after < before)
    .map(({ rule, before, after }) => `${before - after} ${REASONS[rule]}`);
  const others = list.fresh === 0 ? "" : ` and ${list.fresh} are new`;
  const catalogue = `the bundle has ${list.bundled} tracks${others}`;
  return reasons.length === 0 ? catalogue : `${catalogue}, of which ${reasons.join(", ")}`;
}
