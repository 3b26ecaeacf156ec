import { badBundle } from "../core/bundle/manifest-fields.ts";
import type { Failure } from "../core/domain/failure.ts";
import type { EventId, ListenerId } from "../core/domain/ids.ts";
import type { ListeningEvent } from "../core/domain/listening-event.ts";
import { recommend } from "./recommend.ts";
import type { Scorer } from "./scorer.ts";

/** Lists that are made before a bundle serves: the first few touch every page of its vectors. */
const LISTS = 8;
const EVENTS = 4;
const TRACKS = 20;
const MINUTE_MS = 60_000;

/** Makes a few lists that nobody asked for, through the code that answers everybody, so that the
 *  first caller waits no longer than the next. Fails with `bad_bundle` where a list is empty, has a
 *  score that is no number, or had to do without a model. */
export async function warmUp(scorer: Scorer): Promise<void> {
  const { bundle } = scorer;
  const strict: Scorer = { ...scorer, state: NOTHING_HEARD, notice: refuse };
  for (let list = 0; list < LISTS; list++) {
    const listener = `warm-up-${list}` as ListenerId;
    const nowMs = scorer.now();
    const pending = Array.from({ length: EVENTS }, (_, number): ListeningEvent => {
      const at = Math.floor(((list * EVENTS + number) * bundle.trackIds.length) / (LISTS * EVENTS));
      const track = bundle.trackIds[at]!;
      const happenedAtMs = nowMs - (EVENTS - number) * MINUTE_MS;
      return { ...PLAY, listener, track, happenedAtMs, eventId: `warm-up-${number}` as EventId };
    });
    const { tracks } = await recommend(strict, { listener, k: TRACKS, pending, askedAtMs: nowMs });
    if (tracks.length === 0 && bundle.trackIds.length > EVENTS) {
      throw badBundle("models", "they recommend nothing");
    }
    const odd = tracks.find(({ score }) => !Number.isFinite(score));
    if (odd !== undefined) throw badBundle("models", `they give a track the score ${odd.score}`);
  }
}

const NOTHING_HEARD: Scorer["state"] = {
  read: () => undefined,
  position: () => undefined,
  close: async () => {},
};

const PLAY = {
  session: undefined,
  kind: "finished",
  playedMs: undefined,
  trackMs: undefined,
  contextKind: "unspecified",
  contextId: "",
  shuffle: false,
  device: "",
  recommendationId: "",
} as const;

function refuse(failure: Failure): never {
  throw badBundle("models", `they do not answer: ${failure.message}`, failure);
}
