import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { EventLog } from "../core/log/event-log.ts";
import {
  type FollowListenerRequest,
  NextTracksResponse,
  type RecommenderServer,
  RecommenderService,
} from "../proto/gen/segue/v1/recommender.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { makePlainList } from "./experiments/recommend-in-arm.ts";
import { followListener } from "./follow-listener.ts";
import { forgetListener } from "./forget-listener.ts";
import type { ServeFollower } from "./owners/follow-by-owner.ts";
import type { Owners, ServeCall } from "./owners/owners.ts";
import {
  GET_LISTENER,
  type ListenerRequest,
  NEXT_TRACKS,
  type PassedOn,
  RANK_TRACKS,
} from "./owners/passed-on.ts";
import { rankTracks } from "./rank-tracks.ts";
import { readRecord } from "./read-state.ts";
import type { NextTracksQuery, Recommendation } from "./recommendation.ts";
import {
  type DescribeTrack,
  listenerReply,
  nextTracksReply,
  positionReply,
  rankTracksReply,
  similarTracksReply,
} from "./replies.ts";
import { replyWriter } from "./reply-writer.ts";
import {
  followListenerQuery,
  listenerOf,
  nextTracksQuery,
  rankTracksQuery,
  similarTracksQuery,
} from "./requests.ts";
import type { Scorer } from "./scorer.ts";
import { serverStream } from "./server-stream.ts";
import { similarTracks } from "./similar-tracks.ts";
import { refusingMalformed, unary } from "./unary.ts";

/** A service as `startServer` takes it. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RecommenderParts {
  /** The scorer of now, asked once per call, so that a new bundle serves from the next call on. */
  readonly scorer: () => Scorer;
  /** Told of each call, so that a scorer can be closed when none uses it any more. */
  readonly calls?: Admission;
  readonly describe?: DescribeTrack;
  /** Who answers for the listeners of other hosts; without them this one answers for all. */
  readonly owners?: Owners | undefined;
  /** Where `ForgetListener` writes. */
  readonly log?: Pick<EventLog, "append">;
  /** Told of calls that failed by no fault of their caller. */
  readonly report: (error: unknown) => void;
  /** Raised when the server ends: the streams of followers end then. */
  readonly stopping?: AbortSignal;
  /** Makes every list; by no arm of any experiment where it is not given. */
  readonly makeList?: typeof makePlainList;
  /** Told of every list that was made, and of what was asked. */
  readonly onRecommended?: (recommendation: Recommendation, query: NextTracksQuery) => void;
}

/** The gRPC service `segue.v1.Recommender`: wire messages in, wire messages out, nothing of them
 *  further in. */
export function recommenderService(parts: RecommenderParts): ServedService {
  const { scorer, calls = createAdmission(), describe, log, report } = parts;
  const { onRecommended, makeList = makePlainList } = parts;
  const { answered, followed } = handlersOf({ ...parts, calls });
  const implementation: RecommenderServer = {
    nextTracks: answered(NEXT_TRACKS, async (request, { leftMs, hurry, signal }) => {
      const current = scorer();
      const query = nextTracksQuery(request);
      const deadlineAtMs = performance.now() + leftMs;
      const wish = { ...query, hurry, deadlineAtMs, signal };
      const { list, asked } = await makeList(current, wish);
      onRecommended?.(list, asked);
      return nextTracksReply(list, { describe, withDetails: request.withDetails });
    }),
    rankTracks: answered(RANK_TRACKS, async (request, { leftMs, signal }) => {
      const current = scorer();
      const query = rankTracksQuery(request);
      const deadlineAtMs = performance.now() + leftMs;
      const ranked = await rankTracks(current, { ...query, deadlineAtMs, signal });
      return rankTracksReply(ranked, request.withDetails ? describe : undefined);
    }),
    followListener: followed((request, { send, signal }) => {
      const { query, intervalMs } = followListenerQuery(request);
      const known = { describe, withDetails: request.request?.withDetails ?? false };
      return followListener({
        scorer,
        query,
        intervalMs,
        signal,
        async makeList(followed) {
          // The scorer is in use while it makes a list, and not between two of them.
          const end = calls.begin();
          try {
            const { list, asked } = await makeList(scorer(), followed);
            onRecommended?.(list, asked);
            return list;
          } finally {
            end();
          }
        },
        send: (list) => send({ list: nextTracksReply(list, known) }),
      });
    }),
    similarTracks: unary(calls, report, async (request) => {
      const found = await similarTracks(scorer(), similarTracksQuery(request));
      return similarTracksReply(found, request.withDetails ? describe : undefined);
    }),
    getListener: answered(GET_LISTENER, async (request) => {
      const current = scorer();
      const listener = listenerOf(request.listener);
      return listenerReply(listener, readRecord(current, listener), current);
    }),
    forgetListener: unary(calls, report, async (request) => {
      const position = await forgetListener(log, listenerOf(request.listener));
      return { position: positionReply(position) };
    }),
  };
  const { nextTracks } = RecommenderService;
  const definition = refusingMalformed({
    ...RecommenderService,
    nextTracks: { ...nextTracks, responseSerialize: replyWriter(NextTracksResponse) },
  });
  return { definition, implementation };
}

/** How a method is answered that is about one listener: by the listener's owner. */
function handlersOf({
  calls,
  report,
  stopping,
  owners = ALONE,
}: RecommenderParts & { readonly calls: Admission }) {
  return {
    answered<Request extends ListenerRequest, Reply>(
      method: PassedOn<Request, Reply>,
      serve: ServeCall<Request, Reply>,
    ) {
      return unary(calls, report, owners.answer(method, serve));
    },
    followed(serve: ServeFollower) {
      const follow = owners.follow(serve);
      return serverStream({ report, stopping }, (request: FollowListenerRequest, reader) => {
        // What is wrong with a request is said here, whoever would be asked.
        followListenerQuery(request);
        return follow(request, reader);
      });
    },
  };
}

/** All listeners are this host's. */
const ALONE: Owners = { answer: (_, serve) => serve, follow: (serve) => serve };
