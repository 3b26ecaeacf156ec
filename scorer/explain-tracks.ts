import { Failure } from "../core/domain/failure.ts";
import { MODEL_NAMES } from "../core/domain/ids.ts";
import type { ListenerRecord } from "../core/state/listener-record.ts";
import type { ScoredTrack } from "./catalogue/new-tracks/served-tracks.ts";
import { type HeardSources, hearSources } from "./hear-sources.ts";
import { type LeftOut, leaveOneOut } from "./leave-one-out.ts";
import { liftsOf } from "./lifts.ts";
import { REQUEST_LIMITS } from "./limits.ts";
import type {
  Explained,
  Influence,
  Influences,
  NextTracksQuery,
  RecommendedTrack,
} from "./recommendation.ts";
import { dot } from "./rules/choose.ts";
import type { Scorer } from "./scorer.ts";
import type { SkipPush } from "./skip-push.ts";
import type { AskedFor } from "./tastes.ts";

/** What explaining a list waits for longest and what needs no list, so that it begins before there
 *  is one. Resolves with undefined where the query does not ask, where no event has a part in the
 *  list, and, noticed, where the models cannot be replayed. Never rejects. */
export async function beginExplaining(
  scorer: Scorer,
  record: ListenerRecord | undefined,
  { explainEvents, path }: NextTracksQuery,
): Promise<LeftOut | undefined> {
  if (explainEvents === undefined || path !== undefined) return undefined;
  if (record === undefined || record.steps === 0) return undefined;
  try {
    return await leaveOneOut(scorer, record, explainEvents);
  } catch (error) {
    scorer.notice(new Failure("bug", "the models cannot replay a listener", { cause: error }));
    return undefined;
  }
}

export interface ToExplain {
  /** What `beginExplaining` gave. */
  readonly left: LeftOut;
  readonly query: NextTracksQuery;
  readonly asked: AskedFor;
  readonly heard: HeardSources;
  readonly tracks: readonly RecommendedTrack[];
  /** [tracks] */
  readonly scored: readonly ScoredTrack[];
}

/** The tracks with what each event did to them: the same sources are asked again of the listener
 *  without it, and what a track's lift loses is the event's effect. Boosts and the like are the
 *  same with and without. */
export async function explainTracks(
  scorer: Scorer,
  { left, query, asked, heard, tracks, scored }: ToExplain,
): Promise<{ tracks: readonly RecommendedTrack[]; explained: Explained }> {
  const pushedShares = sharesOfPush(heard, { tracks, scored });
  const lifts = pushedLifts(scorer, { scored, pushedShares });
  const full = lifts(heard);
  query.signal?.throwIfAborted();
  // All at once, so that all tastes are asked for in one turn.
  const others = await Promise.all(
    left.without.map(({ record: without }) => {
      return hearSources(scorer, without, { asked, wishes: query });
    }),
  );
  const influences = tracks.map((): Influence[] => []);
  for (const [place, { event }] of left.without.entries()) {
    const less = lifts(others[place]!);
    const index = scorer.live.tracks.indexOfHash(event.track);
    const track = index === undefined ? undefined : scorer.live.tracks.idOf(index);
    for (const [at, own] of influences.entries()) {
      own.push({ event, track, effect: full[at]! - less[at]! });
    }
  }
  return {
    tracks: tracks.map((track, at) => ({ ...track, influences: strongest(influences[at]!) })),
    explained: { events: left.without.length, exact: left.exact },
  };
}

interface Listed {
  readonly tracks: readonly RecommendedTrack[];
  readonly scored: readonly ScoredTrack[];
}

/** [tracks]: how much of a whole push each track took; the first ones take less. A track is taken
 *  to stay one of the first, or of the others, without an event, too. */
function sharesOfPush({ push }: HeardSources, listed: Listed) {
  return listed.tracks.map(({ contributions }, at) => {
    const whole = push === undefined ? 0 : lossOf(push, listed.scored[at]!);
    return whole === 0 ? 1 : -contributions.skips / whole;
  });
}

function pushedLifts(
  { averages }: Scorer,
  listed: { readonly scored: readonly ScoredTrack[]; readonly pushedShares: readonly number[] },
): (heard: HeardSources) => Float64Array {
  const liftsBefore = liftsOf(averages, listed.scored);
  return (heard) => {
    const lifts = liftsBefore(heard);
    const { push } = heard;
    if (push === undefined) return lifts;
    return lifts.map((lift, at) => {
      return lift - listed.pushedShares[at]! * lossOf(push, listed.scored[at]!);
    });
  };
}

/** What all of a push takes from a track's score. */
function lossOf({ vectors: pushed }: SkipPush, { vectors }: ScoredTrack): number {
  let sum = 0;
  for (const name of MODEL_NAMES) {
    const [taken, vector] = [pushed[name], vectors[name]];
    if (taken !== undefined && vector !== undefined) sum += dot(taken, vector);
  }
  return sum;
}

/** An effect below this, in units of score, says nothing: a thousandth of a track's odds. */
const EFFECT_MIN = 0.001;

function strongest(influences: readonly Influence[]): Influences {
  const { influencesMax } = REQUEST_LIMITS;
  const told = influences.filter(({ effect }) => Math.abs(effect) >= EFFECT_MIN);
  told.sort((one, other) => other.effect - one.effect);
  const broughtBy = told.filter(({ effect }) => effect > 0).slice(0, influencesMax);
  const heldBackBy = told.filter(({ effect }) => effect < 0).slice(-influencesMax);
  return { broughtBy, heldBackBy: heldBackBy.reverse() };
}
