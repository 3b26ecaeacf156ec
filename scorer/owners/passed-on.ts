import type { CallOptions, ClientUnaryCall, Metadata, ServiceError } from "@grpc/grpc-js";
import type {
  GetListenerRequest,
  GetListenerResponse,
  NextTracksRequest,
  NextTracksResponse,
  RankTracksRequest,
  RankTracksResponse,
  RecommenderClient,
} from "../../proto/gen/segue/v1/recommender.ts";

/** A request about one listener, as it goes over the wire. */
export interface ListenerRequest {
  readonly listener: string;
  readonly forwarded: boolean;
}

/** Who answered, and of what. */
export interface AnswerLabel {
  readonly answeredBy: string;
  readonly fromStandby: boolean;
}

/** A method that can be passed on to another host. */
export interface PassedOn<Request extends ListenerRequest, Reply> {
  start(
    client: RecommenderClient,
    request: Request,
    metadata: Metadata,
    options: CallOptions,
    done: (error: ServiceError | null, reply: Reply) => void,
  ): ClientUnaryCall;
  labelled(reply: Reply, label: AnswerLabel): Reply;
}

export const NEXT_TRACKS: PassedOn<NextTracksRequest, NextTracksResponse> = {
  start: (client, ...call) => client.nextTracks(...call),
  labelled: labelledList,
};

export const RANK_TRACKS: PassedOn<RankTracksRequest, RankTracksResponse> = {
  start: (client, ...call) => client.rankTracks(...call),
  labelled: labelledList,
};

export const GET_LISTENER: PassedOn<GetListenerRequest, GetListenerResponse> = {
  start: (client, ...call) => client.getListener(...call),
  labelled: (reply, label) => ({ ...reply, ...label }),
};

export function labelledList<List extends Pick<NextTracksResponse, "answeredBy" | "freshness">>(
  list: List,
  { answeredBy, fromStandby }: AnswerLabel,
): List {
  return { ...list, answeredBy, freshness: list.freshness && { ...list.freshness, fromStandby } };
}
