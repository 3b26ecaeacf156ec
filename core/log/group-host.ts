import type { Offset, Partition } from "../domain/ids.ts";

/** What a host tells the others of its group whenever it joins. */
export interface HostAnnouncement {
  /** Where its scorer answers, as HOST:PORT; empty where nobody shall ask it. */
  readonly address: string;
  readonly holds: readonly HeldPartition[];
}

/** A partition that a host's store has, as owner or as a copy, and how far. */
export interface HeldPartition {
  readonly partition: Partition;
  readonly epoch: number;
  readonly next: Offset;
  readonly owned: boolean;
}

/** A host as the group knows it. */
export interface GroupHost extends HostAnnouncement {
  readonly owns: readonly Partition[];
}

/** As JSON: `{"address": "…", "holds": [[partition, epoch, next, owned 0 or 1], …]}`. */
export function encodeAnnouncement({ address, holds }: HostAnnouncement): Buffer {
  const rows = holds.map((one) => [one.partition, one.epoch, one.next, one.owned ? 1 : 0]);
  return Buffer.from(JSON.stringify({ address, holds: rows }));
}

/** Undefined for what no host has announced: a member of the group may be another program. */
export function decodeAnnouncement(bytes: Uint8Array): HostAnnouncement | undefined {
  let found: { readonly address?: unknown; readonly holds?: unknown } | null;
  try {
    found = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof found?.address !== "string" || !Array.isArray(found.holds)) return undefined;
  const holds = found.holds.filter(isRow).map(([partition, epoch, next, owned]) => ({
    partition: partition as Partition,
    epoch,
    next: next as Offset,
    owned: owned === 1,
  }));
  return { address: found.address, holds };
}

function isRow(row: unknown): row is readonly [number, number, number, number] {
  return Array.isArray(row) && row.length >= 4 && row.every((value) => typeof value === "number");
}
