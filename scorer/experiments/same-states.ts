import { HIDDEN_BITS_DEFAULT as BITS_DEFAULT } from "../../core/bundle/hidden-bits.ts";
import type { Manifest } from "../../core/bundle/manifest.ts";
import { MODEL_NAMES, type ModelName } from "../../core/domain/ids.ts";

/** Why hidden states that `ingests` bundle stepped are not those that `arms` bundle would have
 *  stepped from the same events; undefined where they are the same to the bit. Then an arm may read
 *  the stored states, whatever it scores by. */
export function otherStates(ingests: Manifest, arms: Manifest): string | undefined {
  if (ingests.idle_timeout_ms !== arms.idle_timeout_ms)
    return "its sessions end after another time";
  if (hashOf(ingests, ingests.tracks.ids) !== hashOf(arms, arms.tracks.ids)) {
    return "it has other tracks";
  }
  for (const model of MODEL_NAMES) {
    const why = otherModel(ingests, arms, model);
    if (why !== undefined) return why;
  }
  return undefined;
}

function otherModel(ingests: Manifest, arms: Manifest, name: ModelName): string | undefined {
  const [stored, wanted] = [ingests.models[name], arms.models[name]];
  if (wanted === undefined) return undefined;
  if (stored === undefined) return `ingest's bundle has no ${name} model`;
  if (stored.hidden !== wanted.hidden || String(stored.features) !== String(wanted.features)) {
    return `its ${name} model hears other features or has another size`;
  }
  const [bits, wantedBits] = [stored, wanted].map((model) => model.hidden_bits ?? BITS_DEFAULT);
  if (bits !== wantedBits) {
    return `its ${name} model's states are rounded to other bits`;
  }
  const files = [
    ["steps by another graph", stored.step, wanted.step],
    ["has other input vectors", stored.input_vectors, wanted.input_vectors],
    ["has other input vectors", stored.input_scales, wanted.input_scales],
  ] as const;
  for (const [fault, one, other] of files) {
    if (hashOf(ingests, one) !== hashOf(arms, other)) return `its ${name} model ${fault}`;
  }
  return undefined;
}

function hashOf({ files }: Manifest, name: string | undefined): string | undefined {
  return name === undefined ? undefined : files[name]?.sha256;
}
