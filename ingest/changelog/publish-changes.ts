import type { ListenerId, Partition } from "../../core/domain/ids.ts";
import type { EventLog, NewRecord } from "../../core/log/event-log.ts";
import type { FencedLog, FencedWriter } from "../../core/log/fenced-log.ts";
import type { LogNoticeListener } from "../../core/log/log-notice.ts";
import { isBelow } from "../../core/state/is-below.ts";
import type { AppliedPosition, SessionStore } from "../../core/state/session-store.ts";
import { changedSince } from "./changed-since.ts";
import { lastPosition, listenerChange, positionChange } from "./changelog-records.ts";

export interface PublishOptions {
  readonly changelog: FencedLog;
  /** The listening topic. */
  readonly log: EventLog;
  readonly store: SessionStore;
  readonly partition: Partition;
  readonly onNotice: LogNoticeListener;
}

/** What keeps one partition's changelog up with its store, as long as this host owns it. */
export interface ChangePublisher {
  /** Tells what a commit that is done has changed, and where it came to. */
  changed(listeners: Iterable<ListenerId>, position: AppliedPosition): void;
  /** Writes what changed since the last time. Never throws: what fails is noticed and tried again
   *  with the next call. One call at a time. */
  publish(): Promise<void>;
  /** Records of the listening log that the changelog is behind the store. */
  behind(): number;
  close(): Promise<void>;
}

/** Listeners that may wait to be written; beyond, the log is asked again who they were. */
const WAITING_MAX = 100_000;
/** Listeners of one transaction. */
const WRITE_LISTENERS_MAX = 5_000;

/** Writes each listener's newest record once, however often they were heard since the last time,
 *  and then the position that all of them have reached. The first write shuts out whoever owned the
 *  partition before. What was not written, because this process or the changelog was away, is found
 *  from the last position there: in the log, or, where that does not reach back, in the store. */
export function createPublisher(options: PublishOptions): ChangePublisher {
  const { changelog, store, partition, onNotice } = options;
  let reached = store.position(partition);
  let written: AppliedPosition | undefined;
  /** Undefined where only the log knows. */
  let waiting: Set<ListenerId> | undefined;
  let writer: FencedWriter | undefined;

  function changed(listeners: Iterable<ListenerId>, position: AppliedPosition): void {
    // Of two commits that are flushed together either may be told of first.
    if (!isBelow(position, reached ?? position)) reached = position;
    for (const listener of listeners) waiting?.add(listener);
    if (waiting !== undefined && waiting.size > WAITING_MAX) waiting = undefined;
  }

  async function publish(): Promise<void> {
    if (reached === undefined || (writer !== undefined && !isBelow(written, reached))) return;
    try {
      await writeChanges();
    } catch (cause) {
      const message = `the changelog of partition ${partition} cannot be written for now`;
      onNotice({ level: "warning", message, cause });
      await close();
    }
  }

  async function writeChanges(): Promise<void> {
    const isFirst = writer === undefined;
    if (writer === undefined) {
      writer = await changelog.openWriter(partition);
      written = await lastPosition(changelog, partition);
      waiting = undefined;
    }
    // Taken in one turn with those who wait: a commit is in both or in neither.
    const position = reached!;
    if (written !== undefined && !isBelow(written, position)) {
      // Whoever wrote last is as far, or ahead. Where as far, a word of this host tells the one
      // that had the partition before that it is here, all of it.
      const isEqual = !isBelow(position, written);
      if (isFirst && isEqual) await writer.write([positionChange(position)]);
      return;
    }
    const known = waiting;
    waiting = new Set();
    const listeners = known ?? (await changedSince(options, { from: written, to: position }));
    await writeAll(writer, store, { listeners, position });
    written = position;
  }

  async function close(): Promise<void> {
    const closing = writer;
    writer = undefined;
    waiting = undefined;
    await closing?.close();
  }

  function behind(): number {
    if (reached === undefined) return 0;
    const from = written?.epoch === reached.epoch ? written.next : 0;
    return Math.max(0, reached.next - from);
  }

  return { changed, publish, behind, close };
}

async function writeAll(
  writer: FencedWriter,
  store: SessionStore,
  { listeners, position }: { listeners: Iterable<ListenerId>; position: AppliedPosition },
): Promise<void> {
  let records: NewRecord[] = [];
  for (const listener of listeners) {
    // It may be newer than the position by now, and is written again then.
    records.push(listenerChange(listener, store.bytesOf(listener) ?? null));
    if (records.length < WRITE_LISTENERS_MAX) continue;
    await writer.write(records);
    records = [];
  }
  await writer.write([...records, positionChange(position)]);
}
