import { Failure } from "../../core/domain/failure.ts";
import type { Partition } from "../../core/domain/ids.ts";
import type { GroupHost } from "../../core/log/group-host.ts";
import { isBelow } from "../../core/state/is-below.ts";
import type { AppliedPosition } from "../../core/state/session-store.ts";

/** Who answers for a partition. */
export interface Route {
  /** Other hosts to ask before this one answers, best first. */
  readonly others: readonly string[];
  /** Whether this host owns the partition. */
  readonly isOwner: boolean;
  /** Whether this host holds as much of the partition as any other has announced. */
  readonly isFurthest: boolean;
}

export interface RouteQuery {
  /** Of the group; whoever announces no address cannot be asked. Undefined where nothing is known
   *  of the group yet. */
  readonly hosts: readonly GroupHost[] | undefined;
  /** This host's own address. */
  readonly self: string;
  readonly partition: Partition;
  /** How far this host's store has the partition. */
  readonly position: AppliedPosition | undefined;
}

/** The owner answers, once it has the partition's state. Until then, and where it is not there,
 *  whoever holds most of it does: an owner before it still knows everybody. In a group where nobody
 *  announces anything this host answers as if alone. */
export function routeOf({ hosts, self, partition, position }: RouteQuery): Route {
  if (hosts === undefined) return { others: [], isOwner: false, isFurthest: false };
  const owner = hosts.find(({ owns }) => owns.includes(partition))?.address;
  const isOwner = owner === self || hosts.length === 0;
  const further = furtherHosts(hosts, { self, partition, position });
  const others = isOwner || owner === undefined ? further : [owner, ...further];
  return {
    others: [...new Set(others)].filter((address) => address !== ""),
    isOwner,
    isFurthest: further.length === 0,
  };
}

/** Throws `stale_owner` where others have announced to hold more. */
export function requireFurthest({ isFurthest }: Route, partition: Partition): void {
  if (!isFurthest) throw notHere(partition);
}

export function notHere(partition: Partition): Failure {
  return new Failure("stale_owner", `partition ${partition} is not here yet`);
}

/** Where a host is that has applied nothing: another one at 0 is no further. */
const NOTHING = { epoch: 0, next: 0 };

/** The hosts that announced to hold more of the partition than this one does, the furthest
 *  first. */
function furtherHosts(
  hosts: readonly GroupHost[],
  { self, partition, position }: Omit<RouteQuery, "hosts">,
): string[] {
  const here = position ?? NOTHING;
  return hosts
    .filter(({ address }) => address !== self)
    .flatMap(({ address, holds }) => {
      const held = holds.find((one) => one.partition === partition);
      return held !== undefined && isBelow(here, held) ? [{ ...held, address }] : [];
    })
    .toSorted((one, other) => (isBelow(other, one) ? -1 : 1))
    .map(({ address }) => address);
}
