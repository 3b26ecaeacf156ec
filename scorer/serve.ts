import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { EventLog } from "../core/log/event-log.ts";
import { type RecommenderServer, RecommenderService } from "../proto/gen/segue/v1/recommender.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { forgetListener } from "./forget-listener.ts";
import { recommend } from "./recommend.ts";
import type { Recommendation } from "./recommendation.ts";
import {
  type DescribeTrack,
  listenerReply,
  nextTracksReply,
  positionReply,
  similarTracksReply,
} from "./replies.ts";
import { listenerOf, nextTracksQuery, similarTracksQuery } from "./requests.ts";
import type { Scorer } from "./scorer.ts";
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
  /** Where `ForgetListener` writes. */
  readonly log?: Pick<EventLog, "append">;
  /** Told of calls that failed by no fault of their caller. */
  readonly report: (error: unknown) => void;
  /** Told of every list that was made. */
  readonly onRecommended?: (recommendation: Recommendation) => void;
}

/** The gRPC service `segue.v1.Recommender`: wire messages in, wire messages out, nothing of them
 *  further in. */
export function recommenderService(parts: RecommenderParts): ServedService {
  const { scorer, calls = createAdmission(), describe, log, report, onRecommended } = parts;
  const implementation: RecommenderServer = {
    nextTracks: unary(calls, report, async (request, { leftMs, signal }) => {
      const current = scorer();
      const query = nextTracksQuery(request);
      const deadlineAtMs = current.now() + leftMs;
      const recommendation = await recommend(current, { ...query, deadlineAtMs, signal });
      onRecommended?.(recommendation);
      return nextTracksReply(recommendation, request.withDetails ? describe : undefined);
    }),
    similarTracks: unary(calls, report, async (request) => {
      const found = similarTracks(scorer(), similarTracksQuery(request));
      return similarTracksReply(found, request.withDetails ? describe : undefined);
    }),
    getListener: unary(calls, report, async (request) => {
      const { state, bundle } = scorer();
      const listener = listenerOf(request.listener);
      return listenerReply(listener, state.read(listener), bundle);
    }),
    forgetListener: unary(calls, report, async (request) => {
      const position = await forgetListener(log, listenerOf(request.listener));
      return { position: positionReply(position) };
    }),
  };
  return { definition: refusingMalformed(RecommenderService), implementation };
}
