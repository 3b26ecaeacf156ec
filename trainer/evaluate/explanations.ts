import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { SOURCE_NAMES } from "../../core/bundle/manifest.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import type { BundleId, ListenerId, TrackId } from "../../core/domain/ids.ts";
import { type ListeningEvent, stepsModels } from "../../core/domain/listening-event.ts";
import { RECENT_EVENTS_MAX, type RecentEvent } from "../../core/state/listener-record.ts";
import { unpackedEvents } from "../../core/state/recent-events.ts";
import type { StoredRecord } from "../../core/state/stored-record.ts";
import { REQUEST_LIMITS } from "../../scorer/limits.ts";
import { recommend } from "../../scorer/recommend.ts";
import type { Influence, RecommendedTrack } from "../../scorer/recommendation.ts";
import type { Scorer } from "../../scorer/scorer.ts";
import { startReplay } from "./ask-and-hear.ts";
import {
  type ExplanationCase,
  type ExplanationFigures,
  explanationFigures,
} from "./explanation-figures.ts";
import { eventsOfFolders, type ReplayedFolders } from "./replayed-folders.ts";

export interface ExplanationOptions extends ReplayedFolders {
  readonly bundleFolder: string;
  /** How many lists are looked at, at most; the first ones that are due. */
  readonly listsMax: number;
}

export interface ExplanationEvaluation {
  readonly bundle_id: BundleId;
  readonly lists: number;
  /** Lists whose replays led to the very state that they were made from. */
  readonly exact: number;
  /** Without the event that counted most for it, the track is lower. */
  readonly brought_by: ExplanationFigures;
  /** Without the event that held it back most, the track is higher. */
  readonly held_back_by: ExplanationFigures;
  /** CPU of a request with `explain` and without, in milliseconds: the mean over all lists, asked
   *  in turn. */
  readonly cpu_ms: { readonly explained: number; readonly plain: number };
}

/** Before this event of each session, from 0, a listener is asked. */
const ASKED_BEFORE_EVENT = 4;

/** Whether explanations say the truth: a list is asked for with `explain`, then the event that was
 *  named first for a track is deleted from its listener's life, and the reply that is served then
 *  says what became of the track. A deletion is no replay from what the record remembers: the
 *  listener is as they were before the event, with all that they had heard until then, and hears
 *  what came after it. */
export async function measureExplanations(
  options: ExplanationOptions,
): Promise<ExplanationEvaluation> {
  const bundle = await openBundle(options.bundleFolder);
  const runner = await createStepRunner(bundle);
  const replay = startReplay(
    { bundle, runner },
    { observe: () => undefined, asksWithoutLong: false },
  );
  const lives = new Map<ListenerId, Life>();
  const heardInSession = new Map<ListenerId, number>();
  const found = { brought: [] as ExplanationCase[], heldBack: [] as ExplanationCase[] };
  const cpu = { explained: 0, plain: 0 };
  let [lists, exact] = [0, 0];
  for await (const { event, asked } of eventsOfFolders(options)) {
    const { listener } = event;
    const before = replay.scorer.state.read(listener);
    if (stepsModels(event.kind)) {
      const heard = replay.begins(event) ? 0 : (heardInSession.get(listener) ?? 0);
      heardInSession.set(listener, heard + 1);
      if (asked && heard === ASKED_BEFORE_EVENT && lists < options.listsMax) {
        const life = lives.get(listener) ?? [];
        const measured = await measureList(replay.scorer, event, life);
        found.brought.push(...measured.brought);
        found.heldBack.push(...measured.heldBack);
        cpu.explained += measured.cpuMs.explained;
        cpu.plain += measured.cpuMs.plain;
        lists++;
        if (measured.exact) exact++;
      }
    }
    if (lists === options.listsMax) break;
    await replay.hear(event);
    live(lives, event, { before, after: replay.scorer.state.read(listener) });
  }
  await runner.close();
  const mean = (sum: number) => (lists === 0 ? 0 : sum / lists);
  return {
    bundle_id: bundle.manifest.id,
    lists,
    exact,
    brought_by: explanationFigures(found.brought),
    held_back_by: explanationFigures(found.heldBack),
    cpu_ms: { explained: mean(cpu.explained), plain: mean(cpu.plain) },
  };
}

/** The events that a listener's record remembers, each with the record before it; oldest first. */
type Life = readonly Lived[];
interface Lived {
  readonly event: ListeningEvent;
  readonly recent: RecentEvent;
  readonly before: StoredRecord | undefined;
}

function live(
  lives: Map<ListenerId, Life>,
  event: ListeningEvent,
  records: {
    readonly before: StoredRecord | undefined;
    readonly after: StoredRecord | undefined;
  },
): void {
  const { before, after } = records;
  if (after === undefined || after.heardOffset === before?.heardOffset) return;
  const life = [
    ...(lives.get(event.listener) ?? []),
    { event, before, recent: unpackedEvents(after.recent).at(-1)! },
  ];
  lives.set(event.listener, life.slice(-RECENT_EVENTS_MAX));
}

interface MeasuredList {
  readonly exact: boolean;
  readonly brought: readonly ExplanationCase[];
  readonly heldBack: readonly ExplanationCase[];
  readonly cpuMs: { readonly explained: number; readonly plain: number };
}

async function measureList(
  scorer: Scorer,
  event: ListeningEvent,
  life: Life,
): Promise<MeasuredList> {
  const plain = await timed(() => ask(scorer, event, { k: REQUEST_LIMITS.tracksDefault }));
  const told = await timed(() =>
    ask(scorer, event, {
      k: REQUEST_LIMITS.tracksDefault,
      explainEvents: REQUEST_LIMITS.explainedEventsDefault,
    }),
  );
  const all = { k: scorer.bundle.trackIds.length };
  const before = places((await ask(scorer, event, all)).tracks);
  const without = new Map<Lived, Places>();
  const casesOf = async (pick: (track: RecommendedTrack) => Influence | undefined) => {
    const cases: ExplanationCase[] = [];
    for (const track of told.result.tracks) {
      const influence = pick(track);
      const lived = influence && life.find(({ recent }) => isSame(recent, influence.event));
      if (influence === undefined || lived === undefined) continue;
      const known = without.get(lived);
      const after = known ?? places(await askWithout(scorer, event, { life, lived, ...all }));
      without.set(lived, after);
      const [one, other] = [before.get(track.track)!, after.get(track.track)!];
      cases.push({
        listener: event.listener,
        effect: influence.effect,
        lost: one.lift - other.lift,
        rankBefore: one.rank,
        rankAfter: other.rank,
      });
    }
    return cases;
  };
  return {
    exact: told.result.explained?.exact ?? false,
    brought: await casesOf(({ influences }) => influences?.broughtBy[0]),
    heldBack: await casesOf(({ influences }) => influences?.heldBackBy[0]),
    cpuMs: { explained: told.cpuMs, plain: plain.cpuMs },
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; cpuMs: number }> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return { result, cpuMs: (user + system) / 1000 };
}

interface AskedHow {
  readonly k: number;
  readonly explainEvents?: number;
  readonly pending?: readonly ListeningEvent[];
}

/** The reply that is served just before `event`. */
function ask(scorer: Scorer, event: ListeningEvent, how: AskedHow) {
  const { listener, session, happenedAtMs: askedAtMs } = event;
  return recommend(scorer, { listener, session, askedAtMs, excludeHeard: 0, ...how });
}

/** The tracks of the reply that would be served if one event had never been. */
async function askWithout(
  scorer: Scorer,
  event: ListeningEvent,
  { life, lived, k }: { readonly life: Life; readonly lived: Lived; readonly k: number },
): Promise<readonly RecommendedTrack[]> {
  const state = { ...scorer.state, read: () => lived.before };
  const pending = life.slice(life.indexOf(lived) + 1).map((later) => later.event);
  const { tracks } = await ask({ ...scorer, state }, event, { k, pending });
  return tracks;
}

function isSame(one: RecentEvent, other: RecentEvent): boolean {
  const { track, kind, happenedAtMs } = one;
  return track === other.track && kind === other.kind && happenedAtMs === other.happenedAtMs;
}

type Places = ReadonlyMap<TrackId, { readonly rank: number; readonly lift: number }>;

function places(tracks: readonly RecommendedTrack[]): Places {
  const found = tracks.map(({ track, contributions }, at) => {
    const lift = SOURCE_NAMES.reduce((sum, name) => sum + contributions[name], contributions.skips);
    return [track, { rank: at + 1, lift }] as const;
  });
  return new Map(found);
}
