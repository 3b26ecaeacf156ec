import { type RecommendedTrack, SOURCES, type Source } from "../wire/messages.ts";

/** What each source is called on the page. */
export const SOURCE_NAMES: Readonly<Record<Source, string>> = {
  shortTerm: "this session",
  longTerm: "long-term taste",
  neighbours: "sessions like this one",
  coplay: "what others played next",
  popularity: "what everybody plays",
};

/** A source is worth a word from this share on. */
const SHARE_TOLD = 0.08;
/** Of the score's own size. */
const PUSH_TOLD = 0.02;

export interface WhyContext {
  /** The title that was skipped last in this session. */
  readonly skippedTitle: string | undefined;
}

/** Why a track is in the list, as sentences for people. */
export function whyThis(track: RecommendedTrack, { skippedTitle }: WhyContext): string[] {
  const { skipProbability, newTrack } = track;
  const sentences = [
    newTrack && `In the catalogue: ${newTrack.words}.`,
    sourcesSentence(track),
    pushSentence(track, skippedTitle),
  ];
  if (skipProbability !== undefined) {
    sentences.push(`Chance that it would be skipped: ${Math.round(skipProbability * 100)}%.`);
  }
  return sentences.filter((sentence) => sentence !== undefined);
}

function sourcesSentence({ shares }: RecommendedTrack): string {
  const told = SOURCES.map((source) => ({ source, share: shares?.[source] ?? 0 }))
    .filter(({ share }) => share >= SHARE_TOLD)
    .sort((a, b) => b.share - a.share);
  const [first, ...rest] = told;
  if (first === undefined) return "No source speaks for it more than for any other track.";
  const lead = first.share >= 0.999 ? "All" : first.share >= 0.6 ? "Mostly" : "Most of all";
  const others = rest.map(({ source, share }) => `${SOURCE_NAMES[source]} (${percent(share)})`);
  const tail = others.length === 0 ? "" : `, then ${listed(others)}`;
  return `${lead} because of ${SOURCE_NAMES[first.source]} (${percent(first.share)})${tail}.`;
}

function pushSentence(
  { pushedBySkips, score }: RecommendedTrack,
  skippedTitle: string | undefined,
): string | undefined {
  if (Math.abs(pushedBySkips) < PUSH_TOLD * Math.max(1, Math.abs(score))) return undefined;
  const skip = skippedTitle === undefined ? "what was skipped" : `the skipped “${skippedTitle}”`;
  return pushedBySkips < 0
    ? `Held back, because it is like ${skip}.`
    : `Lifted, because it is unlike ${skip}.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
