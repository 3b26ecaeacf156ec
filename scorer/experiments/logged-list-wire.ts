import { Failure } from "../../core/domain/failure.ts";
import type { BundleId, TrackId } from "../../core/domain/ids.ts";
import { LoggedRecommendation } from "../../proto/gen/segue/v1/recommendation_log.ts";
import {
  BlendWeights as WireBlendWeights,
  type Rung as WireRung,
} from "../../proto/gen/segue/v1/recommender.ts";
import type { Rung } from "../recommendation.ts";
import { WIRE_RUNGS } from "../replies.ts";
import type { ListenerHash } from "./listener-hash.ts";
import type { LoggedList } from "./logged-list.ts";

/** A list as a record's value. */
export function encodeLoggedList(list: LoggedList): Uint8Array {
  return LoggedRecommendation.encode(loggedListToWire(list)).finish();
}

/** Throws `bad_record` for bytes that are no logged list. */
export function decodeLoggedList(value: Uint8Array): LoggedList {
  let message: LoggedRecommendation;
  try {
    message = LoggedRecommendation.decode(value);
  } catch (cause) {
    throw new Failure("bad_record", "a record is no logged recommendation", { cause });
  }
  return loggedListFromWire(message);
}

/** A list as one line of JSON, in protobuf's JSON form. */
export function loggedListToJson(list: LoggedList): string {
  return JSON.stringify(LoggedRecommendation.toJSON(loggedListToWire(list)));
}

/** Throws `bad_record` for a line that is no logged list. */
export function loggedListFromJson(line: string): LoggedList {
  let message: LoggedRecommendation;
  try {
    message = LoggedRecommendation.fromJSON(JSON.parse(line));
  } catch (cause) {
    throw new Failure("bad_record", "a line is no logged recommendation", { cause });
  }
  return loggedListFromWire(message);
}

function loggedListToWire(list: LoggedList): LoggedRecommendation {
  const { short, long, ...others } = list.weights;
  return {
    recommendationId: list.id,
    madeAtMs: list.madeAtMs,
    listenerHash: list.listener,
    bundleId: list.bundle,
    rung: WIRE_RUNGS[list.rung],
    blend: { shortTerm: short, longTerm: long, ...others, skips: list.skips || undefined },
    tracks: list.tracks.map(({ arm = "", ...track }) => ({ ...track, arm })),
    firstPageId: list.firstPage ?? "",
    firstPlace: list.firstPlace,
    exploration: list.exploration && { ...list.exploration },
    constrained: list.isConstrained,
    experiment: list.experiment?.name ?? "",
    arm: list.experiment?.arm ?? "",
    controlArm: list.experiment?.control ?? "",
    armShare: list.experiment?.share ?? 0,
  };
}

function loggedListFromWire(message: LoggedRecommendation): LoggedList {
  const { recommendationId, listenerHash, experiment, arm, exploration } = message;
  for (const [field, value] of Object.entries({ recommendationId, listenerHash })) {
    if (value !== "") continue;
    throw new Failure("bad_record", `a logged recommendation has no ${field}`, { field });
  }
  const blend = WireBlendWeights.fromPartial(message.blend ?? {});
  const { shortTerm: short, longTerm: long, skips = 0, ...others } = blend;
  return {
    id: recommendationId,
    madeAtMs: message.madeAtMs,
    listener: listenerHash as ListenerHash,
    bundle: message.bundleId as BundleId,
    rung: RUNGS.get(message.rung) ?? "popularity",
    weights: { short, long, ...others },
    skips,
    tracks: message.tracks.map(({ track, arm: from, ...told }) => {
      return { ...told, track: track as TrackId, arm: from || undefined };
    }),
    firstPage: message.firstPageId || undefined,
    firstPlace: message.firstPlace,
    exploration: exploration && {
      uniform: exploration.uniform,
      temperature: exploration.temperature,
      pool: exploration.pool ?? 0,
      seed: exploration.seed ?? 0,
    },
    isConstrained: message.constrained,
    experiment:
      experiment === ""
        ? undefined
        : {
            name: experiment,
            arm: arm || undefined,
            control: message.controlArm,
            share: message.armShare,
          },
  };
}

/** A rung that a later version may add counts as the lowest one. */
const RUNGS = new Map<WireRung, Rung>(
  Object.entries(WIRE_RUNGS).map(([rung, wire]) => [wire, rung as Rung]),
);
