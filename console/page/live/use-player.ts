import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BlendWeights, LogPosition, RecommendedTrack } from "../wire/messages.ts";
import {
  type Act,
  type ListWishes,
  leftSince,
  NO_PLAYER,
  type PlayerState,
  TRACK_MS,
  titleOf,
  withList,
} from "./player-state.ts";
import { askNext, askTaste, newSession, publish, sessionFor } from "./segue-calls.ts";

export interface Player extends PlayerState {
  togglePlaying(): void;
  act(act: Act): void;
  /** Plays a track of the list at once. */
  playNow(track: RecommendedTrack): void;
  setSpeed(speed: number): void;
  setBlend(blend: BlendWeights | undefined): void;
  exclude(track: RecommendedTrack): void;
  include(track: RecommendedTrack): void;
  setExcludeHeard(count: number): void;
  setWishes(wishes: Partial<ListWishes>): void;
  beginSession(): void;
  retry(): void;
}

const TICK_MS = 100;

/** Plays for `listener`, whose newest heard record is `heard`. */
export function usePlayer(listener: string | undefined, heard: LogPosition | undefined): Player {
  const [state, setState] = useState(NO_PLAYER);
  const latest = useRef(state);
  const asking = useRef(0);
  const writing = useRef(0);
  /** Changes the state at once for whoever reads `latest`, and for the page soon after. */
  const set = useCallback((change: (before: PlayerState) => PlayerState) => {
    latest.current = change(latest.current);
    setState(latest.current);
  }, []);
  const room: Room = useMemo(() => ({ latest, asking, writing, set }), [set]);
  useEffect(() => {
    set(() => ({ ...NO_PLAYER, speed: latest.current.speed }));
    if (listener !== undefined) void begin(room, listener);
  }, [listener, room, set]);
  useNewsFromElsewhere(room, listener, heard);
  usePlaying(room, listener, state.isPlaying);
  const acts = useMemo(() => actsOf(room, listener), [room, listener]);
  return { ...state, ...acts };
}

/** What the player's parts share. */
interface Room {
  readonly latest: { current: PlayerState };
  readonly asking: { current: number };
  /** Events on their way into the log; news of them is none. */
  readonly writing: { current: number };
  set(change: (before: PlayerState) => PlayerState): void;
}

async function begin(room: Room, listener: string): Promise<void> {
  try {
    const session = await sessionFor(listener);
    room.set((before) => ({ ...before, session }));
    await refresh(room, listener, {});
  } catch (error) {
    tell(room, error);
  }
}

interface Refresh {
  readonly atLeast?: LogPosition;
  readonly advance?: boolean;
}

/** Asks for the list, then for the taste; of two at a time the later one counts. */
async function refresh(room: Room, listener: string, wanted: Refresh): Promise<void> {
  const round = ++room.asking.current;
  const { advance = false, ...asked } = wanted;
  const state = room.latest.current;
  try {
    const list = await askNext(listener, state, { ...asked, without: state.current?.track });
    if (round !== room.asking.current) return;
    room.set((before) => withList(before, list, { advance }));
    void refreshTaste(room, listener, round);
  } catch (error) {
    tell(room, error);
  }
}

/** The list never waits for it. */
async function refreshTaste(room: Room, listener: string, round: number): Promise<void> {
  try {
    const taste = await askTaste(listener, room.latest.current);
    if (round === room.asking.current) room.set((before) => ({ ...before, taste }));
  } catch (error) {
    tell(room, error);
  }
}

function tell({ set }: Room, error: unknown): void {
  const trouble = error instanceof Error ? error.message : String(error);
  set((before) => ({ ...before, trouble, isBusy: false, isPlaying: false }));
}

/** Another player of the same listener was heard. */
function useNewsFromElsewhere(
  room: Room,
  listener: string | undefined,
  heard: LogPosition | undefined,
): void {
  const offset = heard?.offset;
  const seen = useRef<{ listener: string | undefined; offset: string | undefined }>(undefined);
  useEffect(() => {
    const isFirst = seen.current?.listener !== listener || seen.current?.offset === undefined;
    seen.current = { listener, offset };
    const { written, isBusy } = room.latest.current;
    const isOwn = isBusy || room.writing.current > 0;
    if (listener === undefined || offset === undefined || isFirst || isOwn) return;
    if (written !== undefined && Number(offset) <= Number(written.offset)) return;
    void refresh(room, listener, {});
  }, [room, listener, offset]);
}

function usePlaying(room: Room, listener: string | undefined, isPlaying: boolean): void {
  useEffect(() => {
    if (!isPlaying || listener === undefined) return;
    const timer = setInterval(() => {
      const { positionMs, speed, isBusy } = room.latest.current;
      if (isBusy) return;
      if (positionMs + TICK_MS * speed >= TRACK_MS) return void perform(room, listener, "finished");
      room.set((before) => ({ ...before, positionMs: before.positionMs + TICK_MS * speed }));
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [room, listener, isPlaying]);
}

/** Tells Segue what happened to the track that plays, and shows the list that has heard it. */
async function perform(room: Room, listener: string, act: Act): Promise<void> {
  const before = room.latest.current;
  const { current, positionMs, session, isBusy } = before;
  if (current === undefined || isBusy) return;
  const startedMs = performance.now();
  room.set((state) => ({ ...state, isBusy: true }));
  try {
    const playedMs = act === "finished" ? TRACK_MS : positionMs;
    const recommendationId = before.next?.recommendationId ?? "";
    const happened = { act, playedMs, session, recommendationId };
    const position = await publish(listener, current, happened);
    room.set((state) => ({ ...state, written: position }));
    await refresh(room, listener, { atLeast: position, advance: act !== "liked" });
    const after = room.latest.current;
    const title = titleOf(current);
    room.set((state) => ({
      ...state,
      lastAct: {
        ...{ act, title, left: leftSince(before, after) },
        tookMs: performance.now() - startedMs,
      },
      skippedTitle: act === "skipped" ? title : state.skippedTitle,
      isBusy: false,
    }));
    if (act !== "liked") await start(room, listener);
  } catch (error) {
    tell(room, error);
  }
}

/** Says that the track begins, so that no list holds it while it plays. */
async function start(room: Room, listener: string): Promise<void> {
  const { current, session, next } = room.latest.current;
  if (current === undefined) return;
  const recommendationId = next?.recommendationId ?? "";
  const happened = { act: "started", playedMs: 0, session, recommendationId } as const;
  room.writing.current++;
  try {
    const written = await publish(listener, current, happened);
    room.set((state) => ({ ...state, written }));
  } finally {
    room.writing.current--;
  }
}

function actsOf(room: Room, listener: string | undefined) {
  const { set, latest } = room;
  const change = (patch: (before: PlayerState) => Partial<PlayerState>) => {
    set((before) => ({ ...before, ...patch(before) }));
    if (listener !== undefined) void refresh(room, listener, {});
  };
  const play = (track: RecommendedTrack | undefined) => {
    if (listener === undefined || track === undefined) return;
    const others = (latest.current.next?.tracks ?? []).filter((one) => one.track !== track.track);
    set((before) => ({
      ...before,
      current: track,
      positionMs: 0,
      isPlaying: true,
      next: before.next && { ...before.next, tracks: others },
      movements: new Map(),
    }));
    start(room, listener).catch((error: unknown) => tell(room, error));
  };
  return {
    togglePlaying() {
      const { current, next, isPlaying } = latest.current;
      if (current === undefined) play(next?.tracks[0]);
      else set((before) => ({ ...before, isPlaying: !isPlaying }));
    },
    act(act: Act) {
      if (listener !== undefined) void perform(room, listener, act);
    },
    playNow: play,
    setSpeed: (speed: number) => set((before) => ({ ...before, speed })),
    setBlend: (blend: BlendWeights | undefined) => change(() => ({ blend })),
    exclude: (track: RecommendedTrack) =>
      change(({ excluded }) => ({ excluded: [...excluded, track] })),
    include: (track: RecommendedTrack) =>
      change(({ excluded }) => ({ excluded: excluded.filter((one) => one !== track) })),
    setExcludeHeard: (excludeHeard: number) => change(() => ({ excludeHeard })),
    setWishes: (wishes: Partial<ListWishes>) =>
      change((before) => ({ wishes: { ...before.wishes, ...wishes } })),
    beginSession: () => change(() => ({ session: newSession(), skippedTitle: undefined })),
    retry: () => {
      if (listener !== undefined) void begin(room, listener);
    },
  };
}
