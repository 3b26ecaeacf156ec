import { Failure } from "../../core/domain/failure.ts";
import { ARM_STATES, type Arm, type ArmStates, type Experiment } from "./experiment.ts";
import { parseArmWishes, WISH_KEYS } from "./parse-arm-wishes.ts";

export const EXPERIMENT_LIMITS = {
  experimentsMax: 32,
  armsMax: 16,
  nameCharactersMax: 64,
} as const;

/** Reads what an experiments file holds; `docs/experiments.md` tells every key. Throws
 *  `bad_configuration` whose field is the key at fault, as `experiments[0].arms[1].share`. */
export function parseExperiments(value: unknown): readonly Experiment[] {
  const top = record("experiments file", value, ["experiments"]);
  const list = listOf("experiments", top.experiments, EXPERIMENT_LIMITS.experimentsMax);
  const experiments = list.map((one, at) => parseExperiment(`experiments[${at}]`, one));
  requireDistinct("experiments", experiments);
  return experiments;
}

const EXPERIMENT_KEYS = [
  ...["name", "salt", "control", "arms", "interleaved_share", "from", "until"],
];

function parseExperiment(field: string, value: unknown): Experiment {
  const given = record(field, value, EXPERIMENT_KEYS);
  const name = nameOf(`${field}.name`, given.name);
  const arms = listOf(`${field}.arms`, given.arms, EXPERIMENT_LIMITS.armsMax).map((arm, at) =>
    parseArm(`${field}.arms[${at}]`, arm),
  );
  requireDistinct(`${field}.arms`, arms);
  const control = nameOf(`${field}.control`, given.control);
  if (arms.every((arm) => arm.name !== control)) {
    throw wrong(`${field}.control`, `is "${control}", which no arm is called`);
  }
  const experiment = {
    name,
    salt: given.salt === undefined ? name : textOf(`${field}.salt`, given.salt),
    control,
    arms,
    interleavedShare: shareOf(`${field}.interleaved_share`, given.interleaved_share),
    fromMs: timeOf(`${field}.from`, given.from, Number.NEGATIVE_INFINITY),
    untilMs: timeOf(`${field}.until`, given.until, Number.POSITIVE_INFINITY),
  };
  checkShares(field, experiment);
  checkInterleaving(field, experiment);
  if (experiment.untilMs > experiment.fromMs) return experiment;
  throw wrong(`${field}.until`, "is not after from");
}

function checkShares(field: string, { arms, interleavedShare }: Experiment): void {
  const sum = arms.reduce((shares, { share }) => shares + share, interleavedShare);
  // Tenths do not sum to 1 exactly.
  if (sum > 0 && sum <= 1 + 1e-9) return;
  const fault = `have shares that sum to ${sum} with interleaved_share`;
  throw wrong(`${field}.arms`, `${fault}, not above 0 and at most 1`);
}

function checkInterleaving(field: string, { arms, interleavedShare }: Experiment): void {
  if (interleavedShare === 0) return;
  if (arms.length !== 2) {
    throw wrong(`${field}.interleaved_share`, `needs two arms, and there are ${arms.length}`);
  }
  const ruled = arms.findIndex(({ wishes }) => wishes.listRules !== undefined);
  if (ruled === -1) return;
  const fault = "cannot be kept in lists that are drawn from two arms: interleaved_share must be 0";
  throw wrong(`${field}.arms[${ruled}].rules`, fault);
}

function parseArm(field: string, value: unknown): Arm {
  const given = record(field, value, ["name", "share", "bundle", "states", ...WISH_KEYS]);
  const { bundle, states = "stored" } = given;
  if (!ARM_STATES.includes(states as ArmStates)) {
    throw wrong(`${field}.states`, `must be ${ARM_STATES.join(" or ")}`);
  }
  return {
    name: nameOf(`${field}.name`, given.name),
    share: shareOf(`${field}.share`, given.share),
    bundle: bundle === undefined ? undefined : textOf(`${field}.bundle`, bundle),
    states: states as ArmStates,
    wishes: parseArmWishes(field, given),
  };
}

function record(
  field: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(field, "must be an object");
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return value as Record<string, unknown>;
  const path = field === "experiments file" ? unknown : `${field}.${unknown}`;
  throw wrong(path, `is not known; known are ${known.join(", ")}`);
}

function listOf(field: string, value: unknown, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= most) return value;
  throw wrong(field, `must be a list of 1 to ${most}`);
}

function textOf(field: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(field, "must be a text that is not empty");
}

/** Names stand in replies, logs and reports. */
function nameOf(field: string, value: unknown): string {
  const name = textOf(field, value);
  const { nameCharactersMax } = EXPERIMENT_LIMITS;
  if (/^[\w.-]+$/.test(name) && name.length <= nameCharactersMax) return name;
  const characters = "letters, digits, dots, dashes and underscores";
  throw wrong(field, `must be of ${characters}, at most ${nameCharactersMax}`);
}

function shareOf(field: string, value: unknown = 0): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw wrong(field, "must be a number from 0 to 1");
}

function timeOf(field: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  const isIso =
    typeof value === "string" && /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(value);
  const atMs = isIso ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw wrong(field, "must be a time as 2026-12-01 (at 0:00 UTC) or 2026-12-01T09:00Z");
}

function requireDistinct(field: string, named: readonly { readonly name: string }[]): void {
  const names = named.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw wrong(field, `has "${twice}" twice`);
}

function wrong(field: string, fault: string): Failure {
  return new Failure("bad_configuration", `${field} ${fault}`, { field });
}
