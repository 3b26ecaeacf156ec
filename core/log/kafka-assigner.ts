import { AssignerProtocol, type PartitionAssigner, PartitionAssigners } from "kafkajs";
import type { Partition } from "../domain/ids.ts";
import { assignPartitions } from "./assign-partitions.ts";
import {
  decodeAnnouncement,
  encodeAnnouncement,
  type GroupHost,
  type HostAnnouncement,
} from "./group-host.ts";

const { MemberMetadata, MemberAssignment } = AssignerProtocol;
/** As the group knows this way of giving out partitions. */
const NAME = "SegueHosts";
const VERSION = 0;

/** The ways of giving out partitions that a member knows, the wanted one first; the group takes one
 *  that all its members know. So a host that announces itself can be in a group with an older one,
 *  which then goes by turns. */
export function assignersOf(announce: (() => HostAnnouncement) | undefined): {
  readonly partitionAssigners?: PartitionAssigner[];
} {
  if (announce === undefined) return {};
  return { partitionAssigners: [hostAssigner(announce), PartitionAssigners.roundRobin] };
}

/** Announces this host with every join, in the member's metadata, and gives out partitions by what
 *  the members announce where this one leads the group. */
function hostAssigner(announce: () => HostAnnouncement): PartitionAssigner {
  return ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    async assign({ members, topics }) {
      const topic = topics[0]!;
      const partitions = cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => partitionId as Partition)
        .toSorted((one, other) => one - other);
      const announced = members.map(({ memberId, memberMetadata }) => ({
        id: memberId,
        announcement: announcementOf(memberMetadata),
      }));
      return [...assignPartitions(announced, partitions)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: VERSION,
          assignment: { [topic]: share },
          userData: Buffer.alloc(0),
        }),
      }));
    },
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: encodeAnnouncement(announce()),
      }),
    }),
  });
}

/** A member of a group as a host; undefined where it announces nothing. */
export function hostOf(
  member: { readonly memberMetadata: Buffer; readonly memberAssignment: Buffer },
  topic: string,
): GroupHost | undefined {
  const announcement = announcementOf(member.memberMetadata);
  if (announcement === undefined) return undefined;
  const { memberAssignment } = member;
  const given = memberAssignment.length > 0 ? MemberAssignment.decode(memberAssignment) : null;
  return { ...announcement, owns: (given?.assignment[topic] ?? []) as Partition[] };
}

function announcementOf(metadata: Buffer): HostAnnouncement | undefined {
  const userData = metadata.length > 0 ? MemberMetadata.decode(metadata)?.userData : undefined;
  return userData && decodeAnnouncement(userData);
}
