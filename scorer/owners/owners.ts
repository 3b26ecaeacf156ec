import { setTimeout as sleep } from "node:timers/promises";
import type { Partition } from "../../core/domain/ids.ts";
import type { EventLog } from "../../core/log/event-log.ts";
import type { GroupHost } from "../../core/log/group-host.ts";
import { partitionOf } from "../../core/log/partition-of.ts";
import { settlesWithin } from "../../core/log/settles-within.ts";
import type { StateReader } from "../../core/state/session-store.ts";
import { FORWARD_LIMITS } from "../limits.ts";
import type { Caller } from "../unary.ts";
import { followByOwner, type ServeFollower } from "./follow-by-owner.ts";
import type { ListenerRequest, PassedOn } from "./passed-on.ts";
import type { Peers } from "./peers.ts";
import { notHere, type Route, requireFurthest, routeOf } from "./route.ts";

export type ServeCall<Request, Reply> = (request: Request, caller: Caller) => Promise<Reply>;

/** Lets calls about a listener be answered by the host that owns the listener's partition. */
export interface Owners {
  /** `serve`, but that it answers only where this host owns the listener, or nobody who knows more
   *  answers in time; its replies then say so. A call that another host passed on fails with
   *  `stale_owner` where a third one knows more, and where this one has nothing. */
  answer<Request extends ListenerRequest, Reply>(
    method: PassedOn<Request, Reply>,
    serve: ServeCall<Request, Reply>,
  ): ServeCall<Request, Reply>;
  /** The same of a stream, which goes over to another host when its partition does. */
  follow(serve: ServeFollower): ServeFollower;
}

export interface OwnersOptions {
  /** This host's own address, as it announces itself. */
  readonly self: string;
  /** Undefined where nothing is known of the group yet. */
  readonly hosts: () => readonly GroupHost[] | undefined;
  readonly state: StateReader;
  /** The listening topic. */
  readonly log: Pick<EventLog, "partitions" | "watermarks">;
  readonly peers: Peers;
  /** Told of every call that was passed on, and whether it was answered. */
  readonly onPassedOn?: (isAnswered: boolean) => void;
}

export function answerByOwners(options: OwnersOptions): Owners {
  const { self, hosts, state, log, peers, onPassedOn } = options;

  function positionOf(partition: Partition) {
    try {
      return state.position(partition);
    } catch {
      // A store that cannot be read holds nothing; the answer's own reading tells of it.
      return undefined;
    }
  }

  /** Whether this host has anything of a partition. */
  function holds(partition: Partition): boolean {
    return (positionOf(partition)?.next ?? 0) > 0;
  }

  function routeNow(partition: Partition): Route {
    return routeOf({ hosts: hosts(), self, partition, position: positionOf(partition) });
  }

  /** Whether this host has anything of a partition that has anything; waits for that a little. */
  async function isHere(partition: Partition, { leftMs, signal }: Caller): Promise<boolean> {
    if (holds(partition) || hosts()?.length === 0) return true;
    const untilMs = stateUntilMs(leftMs);
    if (await isEmpty(log, partition, untilMs - performance.now())) return true;
    const isComing = () => !holds(partition) && routeNow(partition).isOwner;
    await waitWhile(isComing, { untilMs, signal });
    return holds(partition);
  }

  return {
    answer: (method, serve) => async (request, caller) => {
      const partition = partitionOf(request.listener, log.partitions);
      const startedMs = performance.now();
      const left = () => caller.leftMs - (performance.now() - startedMs);
      // Who has nothing of it, and has not heard yet who might, waits for that a little.
      const isLost = () => hosts() === undefined && !holds(partition);
      await waitWhile(isLost, { untilMs: stateUntilMs(left()), signal: caller.signal });
      const route = routeNow(partition);
      if (request.forwarded) requireFurthest(route, partition);
      /** The first answer of these hosts. */
      const askInTurn = async (addresses: readonly string[]) => {
        for (const address of addresses) {
          const waitMs = Math.min(FORWARD_LIMITS.waitMs, left() - FORWARD_LIMITS.marginMs);
          if (waitMs <= 0) break;
          const reply = await peers.ask(method, request, { ...caller, address, waitMs });
          onPassedOn?.(reply !== undefined);
          if (reply !== undefined) return reply;
          caller.signal.throwIfAborted();
        }
        return undefined;
      };
      const known = request.forwarded ? undefined : await askInTurn(route.others);
      if (known !== undefined) return known;
      const has = await isHere(partition, { ...caller, leftMs: left() });
      // A copy that came after its host last announced itself is known to that host alone.
      if (!has && request.forwarded) throw notHere(partition);
      const copy = has ? undefined : await askInTurn(unasked(hosts() ?? [], { self, route }));
      if (copy !== undefined) return copy;
      const reply = await serve(request, { ...caller, leftMs: left() });
      const now = routeNow(partition);
      const fromStandby = !(has && now.isOwner && now.isFurthest);
      return method.labelled(reply, { answeredBy: self, fromStandby });
    },
    follow: (serve) => followByOwner({ self, partitions: log.partitions, routeNow, peers }, serve),
  };
}

/** Until when a call that has so much time left waits for what this host lacks. */
function stateUntilMs(leftMs: number): number {
  return performance.now() + Math.min(FORWARD_LIMITS.stateWaitMs, leftMs - FORWARD_LIMITS.marginMs);
}

async function waitWhile(
  isWaited: () => boolean,
  { untilMs, signal }: { readonly untilMs: number; readonly signal: AbortSignal },
): Promise<void> {
  while (isWaited() && performance.now() < untilMs) {
    await sleep(FORWARD_LIMITS.pollMs, undefined, { signal });
  }
}

/** The hosts that can be asked beside those of a route. */
function unasked(
  hosts: readonly GroupHost[],
  { self, route }: { readonly self: string; readonly route: Route },
): string[] {
  const asked = ["", self, ...route.others];
  return hosts.map(({ address }) => address).filter((address) => !asked.includes(address));
}

/** Whether a partition of the log has never had a record; false where the log does not say so in
 *  time. */
async function isEmpty(
  log: Pick<EventLog, "watermarks">,
  partition: Partition,
  waitMs: number,
): Promise<boolean> {
  let next: number | undefined;
  const asked = log.watermarks(partition).then((watermarks) => {
    next = watermarks.next;
  });
  await settlesWithin(asked, waitMs);
  return next === 0;
}
