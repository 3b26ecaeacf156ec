import type { TrackCodes } from "../../core/bundle/bundle.ts";
import type { ClusterFigures } from "../../core/bundle/manifest.ts";
import type { TrackIndex } from "../../core/domain/ids.ts";
import { layOutCodes } from "../../scorer/retrieval/code-layout.ts";
import { type CodeSearch, openCodeSearch } from "../../scorer/retrieval/code-search.ts";
import { exactScan } from "../../scorer/retrieval/exact-scan.ts";
import { openLayout } from "../../scorer/retrieval/model-vectors.ts";
import type { RetrievalQuery, Retriever, TrackSpace } from "../../scorer/retrieval/retriever.ts";
import { REACH_DEPTHS, type Reach, type SearchReach } from "../../scorer/retrieval/search-reach.ts";
import type { QueryWork } from "./cluster-points.ts";
import type { ClusteredTracks } from "./cluster-tracks.ts";

/** How many tracks the searches are for. */
const DEPTHS = [REACH_DEPTHS.near, REACH_DEPTHS.deep] as const;
type Depth = (typeof DEPTHS)[number];
/** What searches shall find of the best: of `byCodes`, where all tracks are read and only their
 *  codes can be wrong, the first share for which these leave few tracks; and of `shares`, of that,
 *  the first for which searches read few. */
const WANTED = {
  20: { byCodes: [0.998, 0.99, 0.98, 0.96, 0.9], shares: [0.997, 0.982, 0.962, 0.902] },
  100: { byCodes: [0.99, 0.98], shares: [0.995, 0.99, 0.98, 0.975] },
} as const;
/** So many tracks beside the list are few, and so is this part of all. */
const NEAR_TRACKS = 2_000;
const NEAR_SHARE = 1 / 200;
/** So many tracks are cheap to read, but not more than half of all; and so is a twentieth. */
const CHEAP_TRACKS = 30_000;
const CHEAP_SHARES = { least: 0.05, most: 0.5 } as const;
/** Halvings of the interval in which the reach and the margin are. */
const ROUNDS = 5;
const REACH = { first: 1, most: 64 } as const;
const MARGIN = { first: 1 / 16, most: 64 } as const;

/** How far searches go. */
export interface ChosenReach {
  readonly margin: number;
  readonly figures: ClusterFigures;
}

/** For each depth the least margin and reach with which searches for every weighting find as much
 *  as is wanted, by half of the queries, and what they find and read with it by the other half. */
export function chooseReach(
  space: TrackSpace,
  { clustered, codes }: { clustered: ClusteredTracks; codes: Omit<TrackCodes, "margin"> },
  plan: QueryWork,
): ChosenReach {
  const questions = questionsOf(exactScan(space), plan);
  const coded = { ...clustered, codes: { ...codes, margin: 0 } };
  const layout = openLayout(layOutCodes(space, coded));
  const measured = (how: SearchReach, asked: readonly Question[]) => {
    plan.stopCheck();
    return measure(openCodeSearch(layout, how), asked);
  };
  const chosen = (depth: Depth): Reach => {
    const asked = questions.filter((question) => question.half === 0 && question.depth === depth);
    const finds = (how: Reach, wanted: number) => measured(how, asked).recall[depth] >= wanted;
    const wanted = WANTED[depth];
    let [margin, byCodes, reach] = [0, 0, 0];
    for (byCodes of wanted.byCodes) {
      const all = (tried: number) => ({ reach: REACH.most, margin: tried });
      margin = leastOf(MARGIN, (tried) => finds(all(tried), byCodes));
      const { recall, near } = measured(all(margin), asked);
      if (recall[depth] >= byCodes && near <= nearFew(space.count)) break;
    }
    for (const share of wanted.shares) {
      reach = leastOf(REACH, (tried) => finds({ reach: tried, margin }, share * byCodes));
      if (measured({ reach, margin }, asked).readShare <= cheapShare(space.count)) break;
    }
    return { reach, margin };
  };
  const [near, deep] = [chosen(REACH_DEPTHS.near), chosen(REACH_DEPTHS.deep)];
  const others = questions.filter(({ half }) => half === 1);
  const { recall, readShare } = measured({ ...near, deep }, others);
  return {
    margin: near.margin,
    figures: {
      ...{ reach: near.reach, reach_at_100: deep.reach, margin_at_100: deep.margin },
      ...{ recall_at_20: recall[20], recall_at_100: recall[100], read_share: readShare },
    },
  };
}

function nearFew(tracks: number): number {
  return Math.max(NEAR_TRACKS, NEAR_SHARE * tracks);
}

function cheapShare(tracks: number): number {
  return Math.max(CHEAP_SHARES.least, Math.min(CHEAP_SHARES.most, CHEAP_TRACKS / tracks));
}

/** A query with its best tracks. */
interface Question {
  readonly half: 0 | 1;
  readonly depth: Depth;
  readonly weighting: number;
  readonly query: RetrievalQuery;
  readonly best: ReadonlySet<TrackIndex>;
}

function questionsOf(everything: Retriever, plan: QueryWork): readonly Question[] {
  const { tastes, weightings } = plan.queries;
  return tastes.flatMap((taste, at) => {
    plan.stopCheck();
    plan.progress(at, tastes.length);
    const half: Question["half"] = at % 2 === 0 ? 0 : 1;
    return weightings.flatMap((weights, weighting) => {
      const query = { tastes: taste, weights, excluded: [] };
      const best = everything.retrieve({ ...query, k: Math.max(...DEPTHS) });
      const found = best.map(({ index }) => index);
      return DEPTHS.map((depth): Question => {
        const asked = { half, depth, weighting, query: { ...query, k: depth } };
        return { ...asked, best: new Set(found.slice(0, depth)) };
      });
    });
  });
}

function leastOf(
  { first, most }: { readonly first: number; readonly most: number },
  isEnough: (tried: number) => boolean,
): number {
  let high = first;
  while (!isEnough(high) && high < most) high *= 2;
  let low = high === first ? 0 : high / 2;
  for (let round = 0; round < ROUNDS; round++) {
    const middle = (low + high) / 2;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** For each depth the recall of the weighting that has the least, and the share of tracks that is
 *  read. */
function measure(
  search: CodeSearch,
  questions: readonly Question[],
): {
  readonly recall: Readonly<Record<Depth, number>>;
  readonly readShare: number;
  readonly near: number;
} {
  const found = new Map<string, { depth: Depth; hits: number; of: number }>();
  let [rows, near] = [0, 0];
  for (const { depth, weighting, query, best } of questions) {
    const key = `${depth} ${weighting}`;
    const counts = found.get(key) ?? { depth, hits: 0, of: 0 };
    found.set(key, counts);
    for (const { index } of search.retrieve(query)) if (best.has(index)) counts.hits += 1;
    counts.of += best.size;
    const effort = search.effort();
    rows += effort.read;
    near += effort.near;
  }
  const least = (depth: Depth) => {
    const all = Array.from(found.values()).filter((counts) => counts.depth === depth);
    return Math.min(...all.map(({ hits, of }) => hits / of));
  };
  return {
    recall: { 20: least(20), 100: least(100) },
    readShare: rows / (questions.length * search.space.count),
    near: near / questions.length,
  };
}
