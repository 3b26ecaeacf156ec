import { parseArgs } from "node:util";
import { connectSegue, type NextTracks, type Published, type Segue } from "segue-client";

/** A player's backend in small: it asks Segue for the next tracks, tells that the first one was
 *  skipped, and asks again for a list that has heard so. Then it plays on: each time the first
 *  track of the newest list is heard to its end, and the next list has heard that. */
const OPTIONS = {
  address: { type: "string", default: "127.0.0.1:7600" },
  listener: { type: "string", default: "l007" },
  plays: { type: "string", default: "0" },
} as const;

/** What a player can wait for a list; Segue answers with less where it cannot answer in time. */
const PATIENCE_MS = 5_000;
/** A skip after four seconds of a track of three and a half minutes. */
const SKIPPED_AFTER_MS = 4_000;
const TRACK_MS = 215_000;

const { address, listener, plays } = parseArgs({ options: OPTIONS }).values;
const segue = connectSegue({ address, timeoutMs: PATIENCE_MS });
try {
  await listen(segue, listener, Number(plays));
} finally {
  await segue.close();
}

async function listen(segue: Segue, listener: string, plays: number): Promise<void> {
  const before = await nextTracks(segue, listener);
  const [skipped] = before.trackIds;
  if (skipped === undefined) throw new Error(`segue has no track for ${listener}`);
  show(`next for ${listener}`, before);
  const heard = await tell(segue, listener, before, "skipped");
  let list = await nextTracks(segue, listener, heard);
  show(`next after a skip of ${skipped}`, list);
  for (let play = 0; play < plays; play++) {
    const [played] = list.trackIds;
    list = await nextTracks(segue, listener, await tell(segue, listener, list, "finished"));
    show(`next after ${played}`, list);
  }
}

/** Asks for ten tracks, mostly after what was heard just now. The list has heard `atLeast`. */
function nextTracks(segue: Segue, listener: string, atLeast?: Published): Promise<NextTracks> {
  const blend = { shortTerm: 0.8, longTerm: 0.2 };
  return segue.nextTracks({ listener, k: 10, blend, atLeast: atLeast?.position });
}

/** Tells what became of the first track of a list, and where that list came from. */
function tell(
  segue: Segue,
  listener: string,
  list: NextTracks,
  kind: "finished" | "skipped",
): Promise<Published> {
  return segue.publish({
    listener,
    track: list.trackIds[0] ?? "",
    kind,
    playedMs: kind === "finished" ? TRACK_MS : SKIPPED_AFTER_MS,
    trackMs: TRACK_MS,
    recommendationId: list.answeredBy === "scorer" ? list.reply.recommendationId : "",
  });
}

function show(title: string, list: NextTracks): void {
  console.log(title);
  const tracks = list.answeredBy === "scorer" ? list.reply.tracks : [];
  for (const [index, { track, score }] of tracks.entries()) {
    const place = String(index + 1).padStart(3);
    console.log(`${place}  ${track.padEnd(24)} ${score.toFixed(4).padStart(8)}`);
  }
}
