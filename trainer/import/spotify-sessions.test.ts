import assert from "node:assert/strict";
import { test } from "node:test";
import { imported } from "./imported.fixture.ts";

const HEADER =
  "session_id,session_position,session_length,track_id_clean,skip_1,skip_2,skip_3,not_skipped," +
  "context_switch,no_pause_before_play,short_pause_before_play,long_pause_before_play," +
  "hist_user_behavior_n_seekfwd,hist_user_behavior_n_seekback,hist_user_behavior_is_shuffle," +
  "hour_of_day,date,premium,context_type,hist_user_behavior_reason_start," +
  "hist_user_behavior_reason_end";
const LOG = `${HEADER}
0_a,1,4,t_1,false,false,false,true,0,0,0,0,0,0,true,23,\
2018-07-15,true,editorial_playlist,trackdone,trackdone
0_a,2,4,t_2,true,true,true,false,0,1,0,0,0,0,true,23,2018-07-15,true,user_collection,fwdbtn,fwdbtn
0_a,3,4,t_3,false,false,true,false,0,1,0,0,0,0,false,0,2018-07-15,true,catalog,fwdbtn,fwdbtn
0_a,4,4,t_1,false,true,true,false,1,0,1,0,0,0,false,0,\
2018-07-15,true,personalized_playlist,clickrow,endplay
0_b,1,1,t_9,false,false,false,true,0,0,0,0,0,0,false,23,2018-07-15,false,radio,appload,trackdone
`;
const FEATURES = `track_id,duration,release_year,us_popularity_estimate
t_1,180.066,1950,99.9
t_2,240.5,2001,98.1
t_8,100,2002,97.0
`;

test("skip flags, contexts and shuffle of the streaming sessions become kinds", async (t) => {
  const { header, events } = await imported(t, { "log.csv": LOG }, { format: "spotify-sessions" });
  assert.deepEqual(
    events.map(({ listener, track, kind, contextKind, shuffle }) => [
      listener,
      track,
      kind,
      contextKind,
      shuffle,
    ]),
    [
      ["0_a", "t_1", "finished", "playlist", true],
      ["0_b", "t_9", "finished", "radio", false],
      ["0_a", "t_2", "skipped", "library", true],
      ["0_a", "t_3", "finished", "unspecified", false],
      ["0_a", "t_1", "skipped", "recommendation", false],
    ],
  );
  assert.equal(header.sessions, 2);
  assert.ok(events.every(({ listener, session }) => String(session) === String(listener)));
});

test("plays stand a minute apart in their hour, also past midnight", async (t) => {
  const { events } = await imported(t, { "log.csv": LOG }, { format: "spotify-sessions" });
  assert.deepEqual(
    events
      .filter(({ session }) => session === "0_a")
      .map(({ happenedAtMs }) => new Date(happenedAtMs).toISOString()),
    [
      "2018-07-15T23:00:00.000Z",
      "2018-07-15T23:01:00.000Z",
      "2018-07-16T00:02:00.000Z",
      "2018-07-16T00:03:00.000Z",
    ],
  );
});

test("track features give lengths, and a whole play was heard for as long", async (t) => {
  const texts = { "log.csv": LOG, "tf.csv": FEATURES };
  const options = { format: "spotify-sessions", trackFiles: ["tf.csv"] } as const;
  const { events, catalogue } = await imported(t, texts, options);
  assert.deepEqual(
    events.map(({ track, trackMs, playedMs }) => [track, trackMs, playedMs]),
    [
      ["t_1", 180_066, 180_066],
      ["t_9", undefined, undefined],
      ["t_2", 240_500, undefined],
      ["t_3", undefined, undefined],
      ["t_1", 180_066, undefined],
    ],
  );
  assert.deepEqual(
    catalogue.map(({ track, trackMs }) => [track, trackMs]),
    [
      ["t_1", 180_066],
      ["t_2", 240_500],
    ],
  );
});

test("broken session rows are counted by reason", async (t) => {
  const [, row = ""] = LOG.split("\n");
  const rows = [
    row.replace("0_a", ""),
    row.replace("t_1", ""),
    row.replace(",1,4,", ",0,4,"),
    row.replace("2018-07-15", "yesterday"),
    row.replace("true", "maybe"),
    row.slice(0, 20),
    `"${row}`,
  ];
  const text = `${LOG}${rows.join("\n")}\n`;
  const options = { format: "spotify-sessions", rejectedShareMax: 0.9 } as const;
  const { header } = await imported(t, { "log.csv": text }, options);
  assert.equal(header.events, 5);
  assert.deepEqual(header.rejected, {
    "session_id is empty": 1,
    "track_id_clean is empty": 1,
    "session_position is no place": 1,
    "date and hour_of_day are no time": 1,
    "a skip flag is no boolean": 1,
    "other cells than the header": 1,
    "a quote is never closed": 1,
  });
});
