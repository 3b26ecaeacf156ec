import type { NextTracksResponse } from "../../proto/gen/segue/v1/recommender.ts";
import { Rung } from "../../proto/gen/segue/v1/recommender.ts";
import type { Command, Options } from "../command.ts";
import { LIST_OPTIONS, listWishes } from "../list-options.ts";
import { connectClient } from "../recommender-client.ts";
import { type Column, drawTable, percent } from "../table.ts";

/** Where a scorer listens when nothing else is said. */
export const DEFAULT_ADDRESS = "127.0.0.1:7600";

export const recommendCommand: Command = {
  usage:
    "--listener L [--session S] [--k N] [--short W … --popularity W] [--filter CEL …] [--json]",
  options: {
    listener: { type: "text", help: "who hears", required: true },
    session: { type: "text", help: "the player's session" },
    k: { type: "number", help: "how many tracks", default: 10 },
    short: { type: "number", help: "weight of the short-term model" },
    long: { type: "number", help: "weight of the long-term model" },
    neighbours: { type: "number", help: "weight of sessions that resemble this one" },
    coplay: { type: "number", help: "weight of what others play after the last tracks" },
    popularity: { type: "number", help: "weight of popularity" },
    ...LIST_OPTIONS,
    to: { type: "text", help: "the scorer, as HOST:PORT", default: DEFAULT_ADDRESS },
    json: { type: "flag", help: "print the reply as JSON" },
  },
  async run({ options }) {
    const client = connectClient(options.text("to"));
    try {
      const reply = await client.nextTracks({
        listener: options.text("listener"),
        session: options.textIfGiven("session"),
        k: options.number("k"),
        blend: blendOf(options),
        ...listWishes(options),
        withDetails: true,
        withSkipProbability: true,
      });
      const json = options.flag("json");
      process.stdout.write(json ? `${JSON.stringify(reply, null, 2)}\n` : replyTable(reply));
    } finally {
      client.close();
    }
  },
};

/** Undefined where no weight is given, so that the bundle's own hold; else a missing one is 0. */
function blendOf(options: Options): NextTracksResponse["blend"] {
  const names = ["short", "long", "neighbours", "coplay", "popularity"];
  if (names.every((name) => options.numberIfGiven(name) === undefined)) return undefined;
  const weight = (name: string): number => options.numberIfGiven(name) ?? 0;
  return {
    shortTerm: weight("short"),
    longTerm: weight("long"),
    neighbours: weight("neighbours"),
    coplay: weight("coplay"),
    popularity: weight("popularity"),
  };
}

const COLUMNS: readonly Column[] = [
  { title: "#", right: true },
  { title: "title", widthMax: 34, optional: true },
  { title: "artist", widthMax: 26, optional: true },
  { title: "track", widthMax: 20 },
  { title: "score", right: true },
  { title: "session", right: true },
  { title: "long-term", right: true },
  { title: "neighbours", right: true },
  { title: "co-play", right: true },
  { title: "popular", right: true },
  { title: "skip", right: true },
];

function replyTable(reply: NextTracksResponse): string {
  const rows = reply.tracks.map(({ track, score, shares, details, skipProbability }, index) => [
    String(index + 1),
    details?.title ?? "",
    details?.artists.join(", ") ?? "",
    track,
    score.toFixed(3),
    percent(shares?.shortTerm),
    percent(shares?.longTerm),
    percent(shares?.neighbours),
    percent(shares?.coplay),
    percent(shares?.popularity),
    skipProbability === undefined ? "" : percent(skipProbability),
  ]);
  return `${drawTable(COLUMNS, rows)}\n${summaryLine(reply)}`;
}

function summaryLine({
  rung,
  blend,
  freshness,
  bundleId,
  shortenedBy,
}: NextTracksResponse): string {
  const name = Object.entries(Rung).find(([, value]) => value === rung)?.[0] ?? "RUNG_UNSPECIFIED";
  const weights = WEIGHTS.map(([source, title]) => `${title} ${round(blend?.[source] ?? 0)}`);
  const seen = freshness?.seen === undefined ? "nothing" : `offset ${freshness.seen.offset}`;
  const age = `${((freshness?.ageMs ?? 0) / 1000).toFixed(1)} s ago`;
  const short = shortenedBy === "" ? "" : `; shortened: ${shortenedBy}`;
  const rungName = name.replace("RUNG_", "").toLowerCase();
  const bundle = bundleId.slice(0, 12);
  return `${rungName} of ${weights.join(", ")}; heard ${seen}, ${age}; bundle ${bundle}${short}\n`;
}

/** As the columns are called. */
const WEIGHTS = [
  ["shortTerm", "session"],
  ["longTerm", "long-term"],
  ["neighbours", "neighbours"],
  ["coplay", "co-play"],
  ["popularity", "popular"],
] as const;

/** Without the digits that a weight of four bytes has by chance. */
function round(weight: number): number {
  return Number(weight.toFixed(3));
}
