import type { Partition } from "../../core/domain/ids.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import type {
  FollowListenerRequest,
  FollowListenerResponse,
  NextTracksResponse,
} from "../../proto/gen/segue/v1/recommender.ts";
import { FORWARD_LIMITS } from "../limits.ts";
import type { StreamReader } from "../server-stream.ts";
import { labelledList } from "./passed-on.ts";
import type { Peers } from "./peers.ts";
import { type Route, requireFurthest } from "./route.ts";

export type ServeFollower = (
  request: FollowListenerRequest,
  reader: StreamReader<FollowListenerResponse>,
) => Promise<unknown>;

export interface FollowParts {
  readonly self: string;
  readonly partitions: number;
  readonly routeNow: (partition: Partition) => Route;
  readonly peers: Peers;
}

/** Follows a listener where the owner is, in parts: each lasts as long as the same host is the one
 *  to ask. A list that is as the one before is not sent again when a part begins. */
export function followByOwner(parts: FollowParts, serve: ServeFollower): ServeFollower {
  const { self, partitions, routeNow, peers } = parts;
  return async (request, reader) => {
    const partition = partitionOf(request.request?.listener ?? "", partitions);
    const isForwarded = request.request?.forwarded ?? false;
    let last: NextTracksResponse | undefined;
    const send = async (reply: FollowListenerResponse): Promise<void> => {
      if (isSame(reply.list, last)) return;
      await reader.send(reply);
      last = reply.list;
    };
    /** The host to ask; this one where it is undefined. */
    const askedNow = () =>
      isForwarded ? undefined : routeNow(partition).others.find((one) => !peers.rests(one));

    async function followHere(signal: AbortSignal): Promise<void> {
      const sendHere = (reply: FollowListenerResponse) => {
        const { isOwner, isFurthest } = routeNow(partition);
        const label = { answeredBy: self, fromStandby: !(isOwner && isFurthest) };
        return send({ list: reply.list && labelledList(reply.list, label) });
      };
      await serve(request, { ...reader, signal, send: sendHere });
    }

    async function followThere(address: string, signal: AbortSignal): Promise<void> {
      const passed = { ...request, request: { ...request.request!, forwarded: true } };
      const { headers } = reader;
      await peers.follow(passed, { address, headers, signal }, send);
    }

    for (;;) {
      reader.signal.throwIfAborted();
      if (isForwarded) requireFurthest(routeNow(partition), partition);
      const address = askedNow();
      const isOver = () =>
        askedNow() !== address || (isForwarded && !routeNow(partition).isFurthest);
      await untilOver(isOver, reader.signal, (signal) =>
        address === undefined ? followHere(signal) : followThere(address, signal),
      );
    }
  };
}

/** Runs `part` until it ends or `isOver`, which ends it; throws what ended it otherwise. */
async function untilOver(
  isOver: () => boolean,
  outer: AbortSignal,
  part: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const timer = setInterval(() => {
    if (isOver()) over.abort();
  }, FORWARD_LIMITS.pollMs);
  try {
    await part(AbortSignal.any([outer, over.signal]));
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    clearInterval(timer);
  }
}

function isSame(one: NextTracksResponse | undefined, other: NextTracksResponse | undefined) {
  if (one === undefined || other === undefined) return false;
  return (
    one.answeredBy === other.answeredBy &&
    one.freshness?.fromStandby === other.freshness?.fromStandby &&
    one.tracks.length === other.tracks.length &&
    one.tracks.every(({ track }, at) => track === other.tracks[at]!.track)
  );
}
