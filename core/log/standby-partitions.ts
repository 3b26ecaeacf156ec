import type { Partition } from "../domain/ids.ts";
import type { GroupHost } from "./group-host.ts";
import { partitionOf } from "./partition-of.ts";

export interface StandbyWish {
  /** Of the host that asks. */
  readonly address: string;
  /** How many hosts follow each partition beside its owner. */
  readonly count: number;
}

/** All values of the hash that gives a key its partition. */
const RANKS = 2 ** 31;

/** The partitions that a host follows: of all hosts but a partition's owner, those follow it whose
 *  address and the partition hash highest (rendezvous hashing, Thaler and Ravishankar 1998), so
 *  that a host that comes or goes moves few of them. */
export function standbyPartitions(
  hosts: readonly GroupHost[],
  { address, count }: StandbyWish,
): Partition[] {
  return hosts.flatMap((owner) =>
    owner.owns.filter((partition) => {
      const others = hosts.filter((host) => host.address !== owner.address && host.address !== "");
      const rank = (host: GroupHost) => partitionOf(`${host.address}/${partition}`, RANKS);
      const ranked = others.toSorted((one, other) => rank(other) - rank(one));
      return ranked.slice(0, count).some((host) => host.address === address);
    }),
  );
}
