import assert from "node:assert/strict";
import { test } from "node:test";
import { loggedListOf } from "../../test/support/logged-lists.ts";
import { type ExperimentReport, reportExperiment } from "./experiment-report.ts";
import type { ListenerOutcome } from "./listener-outcomes.ts";
import { renderExperiment } from "./render-experiment.ts";
import { reportJson } from "./report-json.ts";
import { reportNotes, reportTable } from "./report-text.ts";
import { sampleRatioP } from "./sample-ratio.ts";

const COUNTS = {
  incomplete: 3,
  inTwoArms: 1,
  joinedByName: 5,
  joinedByTime: 6,
  eventsOfOthers: 7,
  parts: [],
};
const report = reportOf("trial");

test("each arm is told by its listeners, and against the control", () => {
  const [control, other] = report.arms;
  assert.deepEqual([control!.arm, control!.listeners, other!.listeners], ["as-is", 60, 60]);
  assert.equal(control!.figures.plays.value, 4.5);
  assert.equal(control!.figures.skip_share.value, 120 / (270 + 120));
  const difference = other!.differences.plays!;
  assert.equal(difference.value, 2);
  assert.equal(difference.relative, 2 / 4.5);
  assert.ok(difference.interval[0] > 0);
  const [low] = difference.sequentialInterval;
  assert.ok(low < difference.interval[0]);
  assert.equal(other!.looks.plays.at(-1)!.listeners, 120);
});

test("the arm whose tracks a listener played more of wins the listener", () => {
  const { listeners, wins, ties, preference } = report.interleaving!;
  assert.deepEqual([listeners, wins, ties], [10, { "as-is": 2, more: 7 }, 1]);
  assert.equal(preference.value, 0.5);
});

test("the page stands alone, and what others named cannot break it", () => {
  const page = renderExperiment(reportOf("<b>trial"));
  assert.ok(!page.includes("<b>trial"));
  assert.ok(!/<script|src=|href=/.test(page));
  assert.match(page, /more minus control/);
  assert.equal(renderExperiment(reportOf("<b>trial")), page);
});

test("too few listeners are compared with nobody", () => {
  const few = reportOf("trial", 20);
  assert.deepEqual(few.arms[1]!.differences, {});
  assert.ok(!renderExperiment(few).includes("Against the control"));
});

test("a report before anybody is through says so, and holds no number that is none", () => {
  const early = { ...reportOf("trial", 0), interleaving: undefined };
  assert.match(reportNotes(early).join(" "), /No listener of an arm is through/);
  assert.ok(!/NaN|Infinity/.test(renderExperiment(early)));
  const single = renderExperiment(reportOf("trial", 1));
  assert.ok(!/NaN|Infinity/.test(single));
});

test("text and JSON tell the same", () => {
  const json = JSON.parse(JSON.stringify(reportJson(report)));
  assert.equal(json.arms.more.minus_control.plays.value, 2);
  assert.equal(json.arms["as-is"].minus_control, undefined);
  assert.equal(json.interleaving.wins.more, 7);
  const { rows } = reportTable(report);
  assert.deepEqual(rows[1]!.slice(1, 5), ["more", "60", "6.5000", "+2.0000"]);
  assert.match(reportNotes(report).join(" "), /as-is 2, more 7, ties 1/);
});

test("what makes figures doubtful is said", () => {
  const parts = [
    { arm: "as-is", share: 0.5, listeners: 100 },
    { arm: "more", share: 0.5, listeners: 300 },
  ];
  const { outcomes } = report;
  const strange = { ...outcomes, joinedByName: 0, joinedByTime: 0, eventsOfOthers: 9 };
  const told = reportNotes({ ...report, outcomes: strange, sampleRatioP: 1e-9 }).join(" ");
  assert.match(told, /is it the salt/);
  assert.match(told, /Arms do not have their shares of listeners \(p 1.0e-9\)/);
  assert.ok(!/salt|shares/.test(reportNotes(report).join(" ")));
  assert.ok(sampleRatioP(parts) < 1e-9);
});

test("an experiment that no list took part in is refused by its name", () => {
  const lists = [loggedListOf("ada", 0, ["a"])];
  const none = { ...COUNTS, complete: [] };
  const asked = () =>
    reportExperiment(
      { name: "trial", lists },
      { ...none, untilMs: 0 },
      { windowDays: 1, tightAt: 9 },
    );
  assert.throws(asked, { code: "bad_request", message: /"trial"/ });
});

/** Listeners of two arms, every second of whom plays one track more, and those of interleaved
 *  lists. */
function reportOf(name: string, eachArm = 60): ExperimentReport {
  const complete: ListenerOutcome[] = [];
  for (let at = 0; at < eachArm; at++) {
    for (const [arm, more] of [
      ["as-is", 0],
      ["more", 2],
    ] as const) {
      complete.push(outcomeOf(arm, { plays: 4 + (at % 2) + more, completeAtMs: at }));
    }
  }
  for (const [at, credits] of [
    [0, 1],
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 2],
  ].entries()) {
    for (const again of [1, 2]) {
      const [control, other] = at === 3 && again === 2 ? [0, 1] : credits;
      const told = new Map([
        ["as-is", control!],
        ["more", other!],
      ]);
      complete.push(outcomeOf(undefined, { credits: told, completeAtMs: at }));
    }
  }
  const experiment = { name, arm: "more", control: "as-is", share: 0.5 };
  const lists = [
    loggedListOf("ada", 0, ["a"], { experiment }),
    loggedListOf("bob", 0, ["a"], { experiment: { ...experiment, arm: "as-is" } }),
  ];
  const outcomes = { ...COUNTS, complete };
  const settings = { windowDays: 7, tightAt: 100 };
  return reportExperiment({ name, lists }, { ...outcomes, untilMs: 1_000 }, settings);
}

function outcomeOf(arm: string | undefined, told: Partial<ListenerOutcome>): ListenerOutcome {
  return {
    arm,
    completeAtMs: 0,
    bundles: new Set(["b1"]),
    lists: 1,
    plays: 4,
    skips: 2,
    listedMinutes: 12,
    minutes: 30,
    credits: new Map(),
    ...told,
  };
}
