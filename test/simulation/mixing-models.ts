import type { Wave } from "../../core/bundle/step-runner.ts";
import type { Models } from "../../core/state/advance.ts";
import { tinyModels } from "../support/tiny-models.ts";
import type { Host } from "./host.ts";

/** Models that cost a microsecond a row and forgive nothing: each new hidden state is a hash of
 *  the one before and of the step, so an event that is lost, doubled or out of order shows in
 *  every state after it. With a host, each call is a step of it. */
export function mixingModels(host?: Host): Models {
  return {
    bundle: BUNDLE,
    runner: {
      async step(wave) {
        await host?.step("model");
        return mixed(wave);
      },
      taste: async (_, hidden) => hidden.slice(),
      skip: async ({ rows }) => new Float32Array(rows),
      close: async () => {},
    },
  };
}

const { bundle: BUNDLE } = tinyModels(1);
const PRIME = 0x01000193;

function mixed(wave: Wave): Float32Array {
  const model = BUNDLE.models[wave.model]!;
  const hidden = bitsOf(wave.hidden);
  const inputs = [
    { bits: bitsOf(wave.track), width: model.dimension },
    { bits: bitsOf(wave.features), width: model.featureWidth },
  ];
  const next = new Float32Array(wave.rows * model.hidden);
  for (let row = 0; row < wave.rows; row++) {
    let mix = PRIME;
    for (const { bits, width } of inputs) {
      for (let at = row * width; at < (row + 1) * width; at++) {
        mix = Math.imul(mix ^ bits[at]!, PRIME);
      }
    }
    for (let at = row * model.hidden; at < (row + 1) * model.hidden; at++) {
      mix = Math.imul(mix ^ hidden[at]!, PRIME);
      next[at] = (mix >>> 8) / 2 ** 24;
    }
  }
  return next;
}

function bitsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}
