import type { Partition } from "../domain/ids.ts";
import type { HeldPartition, HostAnnouncement } from "./group-host.ts";

export interface GroupMember {
  readonly id: string;
  /** Undefined for a member that announces nothing. */
  readonly announcement: HostAnnouncement | undefined;
}

/** Gives every partition to one member, each as many as the others or one more. Who owns a
 *  partition keeps it where that is fair; else it goes to the member that holds most of it, since
 *  that one has the least to catch up with. Equal members give equal answers, whoever asks. */
export function assignPartitions(
  members: readonly GroupMember[],
  partitions: readonly Partition[],
): Map<string, Partition[]> {
  const shares = new Map<string, Partition[]>();
  for (const id of members.map((member) => member.id).toSorted()) shares.set(id, []);
  const fair = Math.floor(partitions.length / members.length);
  let larger = partitions.length % members.length;
  const free = new Set(partitions);
  const give = (partition: Partition, id: string): void => {
    const share = shares.get(id)!;
    if (!free.has(partition) || share.length > fair) return;
    if (share.length === fair && larger === 0) return;
    if (share.length === fair) larger -= 1;
    share.push(partition);
    free.delete(partition);
  };
  for (const { partition, id } of wishesOf(members)) give(partition, id);
  for (const partition of free) {
    const [least] = [...shares].toSorted(([, one], [, other]) => one.length - other.length);
    give(partition, least![0]);
  }
  return shares;
}

interface Wish extends HeldPartition {
  readonly id: string;
}

/** Owners first, then who is furthest. */
function wishesOf(members: readonly GroupMember[]): Wish[] {
  const wishes = members.flatMap(({ id, announcement }) =>
    (announcement?.holds ?? []).map((held) => ({ ...held, id })),
  );
  return wishes.toSorted(
    (one, other) =>
      Number(other.owned) - Number(one.owned) ||
      other.epoch - one.epoch ||
      other.next - one.next ||
      one.partition - other.partition ||
      (one.id < other.id ? -1 : 1),
  );
}
