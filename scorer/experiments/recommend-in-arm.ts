import { nextPage } from "../pages.ts";
import { recommend } from "../recommend.ts";
import type { NextTracksQuery, Recommendation, RecommendedTrack } from "../recommendation.ts";
import { recommendationId } from "../recommendation-id.ts";
import { seededChance } from "../rules/seeded-chance.ts";
import type { Scorer } from "../scorer.ts";
import type { ArmScorers } from "./arm-scorers.ts";
import { type Assignment, assign } from "./assign.ts";
import type { Arm, Experiment } from "./experiment.ts";
import { type Drafted, teamDraft } from "./interleave.ts";

/** A list, and what was asked for: the request with what its arm has instead. */
export interface MadeList {
  readonly list: Recommendation;
  readonly asked: NextTracksQuery;
}

/** Makes a list for whoever asks, of no arm. */
export async function makePlainList(scorer: Scorer, query: NextTracksQuery): Promise<MadeList> {
  return { list: await recommend(scorer, query), asked: query };
}

/** Makes lists by the arm that their listener has. A request that says so takes no part, nor does
 *  one for a path, of which an arm changes nothing. */
export function listMaker(
  experiments: readonly Experiment[],
  arms: Pick<ArmScorers, "of">,
): typeof makePlainList {
  return (served, query) => {
    const takesPart = !query.outsideExperiments && query.path === undefined;
    const assignment = takesPart ? assign(experiments, query.listener, served.now()) : undefined;
    if (assignment === undefined) return makePlainList(served, query);
    // All arms or none: where one rests, its listeners must not be compared with the others'.
    const scorers = assignment.experiment.arms.map((arm) => arms.of(arm, served));
    if (scorers.some((scorer) => scorer === undefined)) return makePlainList(served, query);
    return listInArm(query, assignment, scorers as Scorer[]);
  };
}

async function listInArm(
  query: NextTracksQuery,
  { experiment, arm }: Assignment,
  scorers: readonly Scorer[],
): Promise<MadeList> {
  const { name, control, arms } = experiment;
  if (arm === undefined) return interleavedList(query, experiment, scorers);
  const asked = { ...query, ...arm.wishes };
  const list = await recommend(scorers[arms.indexOf(arm)]!, asked);
  const { share } = arm;
  return { list: { ...list, experiment: { name, arm: arm.name, control, share } }, asked };
}

/** A list of both arms. Rules hold for a list as a whole, which a draft of two lists cannot
 *  promise: a request with rules is answered outside of the experiment. */
async function interleavedList(
  query: NextTracksQuery,
  { name, control, arms, interleavedShare }: Experiment,
  scorers: readonly Scorer[],
): Promise<MadeList> {
  const at = arms.findIndex((arm) => arm.name === control);
  const served = scorers[at]!;
  const hasRules = query.listRules !== undefined || query.notHeardWithinMs !== undefined;
  if (hasRules) return makePlainList(served, query);
  const lists = await Promise.all(
    arms.map((arm, index) => recommend(scorers[index]!, { ...query, ...arm.wishes })),
  );
  const random = seededChance(Buffer.from(served.randomBytes(4)).readUInt32LE());
  const drafted = teamDraft([lists[0]!.tracks, lists[1]!.tracks], query.k, random);
  const tracks = drafted.map((one) => trackOf(one, arms));
  const id = recommendationId(served.now(), served.randomBytes(10));
  const isLast = tracks.length < query.k;
  const list: Recommendation = {
    ...lists[at]!,
    id,
    tracks,
    shortenedBy: isLast ? lists[at]!.shortenedBy : "",
    nextPage: nextPage(query.page, { id, tracks: tracks.map(({ track }) => track), isLast }),
    experiment: {
      name,
      arm: undefined,
      control,
      share: interleavedShare,
      interleaved: lists.map(({ bundle }, index) => ({ arm: arms[index]!.name, bundle })),
    },
  };
  return { list, asked: query };
}

function trackOf({ item, team }: Drafted<RecommendedTrack>, arms: readonly Arm[]) {
  return team === undefined ? item : { ...item, arm: arms[team]!.name };
}
