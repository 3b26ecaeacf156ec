import { createStepRunner } from "../../core/bundle/graph-runner.ts";
import { openBundle } from "../../core/bundle/open-bundle.ts";
import { Failure } from "../../core/domain/failure.ts";
import type { ArmWishes } from "../../scorer/experiments/experiment.ts";
import { parseArmWishes } from "../../scorer/experiments/parse-arm-wishes.ts";
import type { Estimate } from "../../trainer/experiments/confidence.ts";
import {
  estimatePolicy,
  type PolicyEstimates,
} from "../../trainer/experiments/policy-estimates.ts";
import {
  type ReplayedLists,
  replayLists,
  tellsOfPolicies,
} from "../../trainer/experiments/replay-lists.ts";
import { withExpectations } from "../../trainer/experiments/reward-model.ts";
import { type CommandInput, type Options, UsageError } from "../command.ts";
import { progressBar } from "../progress-bar.ts";
import { readJsonFile } from "../read-json-file.ts";
import { drawTable } from "../table.ts";
import { eventSource, joining, positive, readLists } from "./log-sources.ts";

/** Prints what a new policy would have earned where lists were explored. */
export async function estimate({ options, signal }: CommandInput): Promise<void> {
  const folder = options.textIfGiven("bundle");
  if (folder === undefined) throw new UsageError("experiment estimate needs --bundle DIR");
  const policy = await policyOf(options);
  const tightAt = positive(options, "tight-at");
  let unusable = 0;
  const lists = await readLists(options, (list) => {
    const isUsable = tellsOfPolicies(list);
    if (!isUsable) unusable++;
    return isUsable;
  });
  const bundle = await openBundle(folder);
  const runner = await createStepRunner(bundle);
  const bar = progressBar(process.stderr, () => performance.now());
  try {
    const replayed = await replayLists({ bundle, runner }, lists, eventSource(options), {
      ...joining(options),
      policy,
      signal,
      progress: (done) => bar.show({ label: "experiment estimate", done, total: undefined }),
    });
    const left = { unusable, unheard: replayed.unheard };
    if (replayed.contexts.length === 0) throw noPicks(left);
    const estimates = estimatePolicy(withExpectations(replayed.contexts), tightAt);
    show(estimates, { ...replayed, unusable }, options);
  } finally {
    bar.end();
    await runner.close();
  }
}

/** What an arm may say of weights and exploration, and nothing that changes which tracks may be in
 *  a list: of that, propensities say nothing. */
async function policyOf(options: Options): Promise<ArmWishes> {
  const file = options.textIfGiven("policy");
  if (file === undefined) return {};
  const given = (await readJsonFile(file, "--policy")) as Record<string, unknown>;
  const known = ["blend", "skips", "exploration"];
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return parseArmWishes("policy", given);
  const message = `policy.${unknown} is not known; known are ${known.join(", ")}`;
  throw new Failure("bad_configuration", message, { field: `policy.${unknown}` });
}

function noPicks({ unusable, unheard }: Counts): Failure {
  const unfit = `${unusable} were not explored, or asked for more than weights`;
  const strange = `${unheard} are of listeners of whom the log has no event`;
  const message = `no list can be used: ${unfit}; ${strange}`;
  return new Failure("bad_request", message, { field: "--recommendations" });
}

/** Lists that say nothing of a new policy, and those of whose listeners the log says nothing. */
interface Counts {
  readonly unusable: number;
  readonly unheard: number;
}
type AllCounts = Counts & Omit<ReplayedLists, "contexts">;

function show(estimates: PolicyEstimates, counts: AllCounts, options: Options): void {
  if (options.flag("json")) {
    process.stdout.write(`${JSON.stringify(estimatesJson(estimates, counts), null, 2)}\n`);
    return;
  }
  const rows = [
    ["logged", estimates.logged],
    ["new, SNIPS", estimates.snips],
    ["new, doubly robust", estimates.doublyRobust],
    ["mean weight", estimates.meanWeight],
  ] as const;
  const right = { right: true };
  const columns = [{ title: "first places played" }, { title: "value", ...right }];
  const intervals = ["95% at one look", "95% at every look"].map((title) => ({ title, ...right }));
  const table = rows.map(([name, { value, interval, sequentialInterval }]) => {
    const within = [interval, sequentialInterval].map((ends) => ends.map(digits).join(" … "));
    return [name, digits(value), ...within];
  });
  const { picks, listeners, effectivePicks } = estimates;
  const own = Math.round(effectivePicks);
  const { unusable, unheard, repeated, askedAgain } = counts;
  process.stdout.write(
    `${drawTable([...columns, ...intervals], table)}
${picks} picks of ${listeners} listeners, which say as much as ${own} of the new policy's own.
${unusable} lists could not be used, ${unheard} are of listeners of whom the log has no event.
${repeated} of ${askedAgain} lists that were asked for again gave the chance that was logged.
`,
  );
}

function estimatesJson(
  { picks, listeners, effectivePicks, ...estimates }: PolicyEstimates,
  counts: AllCounts,
): object {
  const shown = ({ value, interval, sequentialInterval }: Estimate) => {
    return { value, interval, sequential_interval: sequentialInterval };
  };
  return {
    picks,
    listeners,
    effective_picks: effectivePicks,
    logged: shown(estimates.logged),
    snips: shown(estimates.snips),
    doubly_robust: shown(estimates.doublyRobust),
    mean_weight: shown(estimates.meanWeight),
    lists_unusable: counts.unusable,
    lists_unheard: counts.unheard,
    lists_asked_again: counts.askedAgain,
    lists_repeated: counts.repeated,
  };
}

function digits(value: number): string {
  return value.toFixed(4);
}
