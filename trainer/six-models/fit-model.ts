import { replayTastes } from "../replay-tastes.ts";
import type { Sequences } from "../sequences.ts";
import { learnRecurrent, type RecurrentTask } from "./learn-recurrent.ts";
import { learnWeighted, type WeightedModel } from "./learn-weighted.ts";
import { MODEL_RECIPES, type ModelRecipe, type SixModelName } from "./recipes.ts";
import type { SixModelSettings } from "./settings.ts";
import { sequenceWalks } from "./term-targets.ts";
import { addWeightedTracks } from "./weighted-taste.ts";

/** A model that turns what was heard into a taste. */
export interface FittedModel {
  /** How it was fitted. */
  readonly words: string;
  readonly heldBackLoss: number;
  /** Hears a log and returns the taste after each of the events `after`, [after, D]. */
  tastesAfter(heard: Sequences, after: Int32Array, stopCheck: () => void): Promise<Float32Array>;
}

export interface FitTask
  extends Pick<RecurrentTask, "sequences" | "features" | "split" | "vectors" | "seed" | "signal"> {
  readonly settings: SixModelSettings;
  readonly progress: (share: number, note: string) => void;
}

/** Throws `training_diverged` and the reason of the task's signal. */
export async function fitModel(name: SixModelName, task: FitTask): Promise<FittedModel> {
  const recipe = MODEL_RECIPES[name];
  return recipe.kind === "recurrent" ? fitRecurrent(recipe, task) : fitWeighted(recipe, task);
}

async function fitRecurrent(recipe: ModelRecipe, task: FitTask): Promise<FittedModel> {
  const { loss, recurrent: settings } = task.settings;
  const model = await learnRecurrent({
    ...task,
    ...{ recipe, loss, settings },
    progress: ({ epoch, heldBackLoss }) => {
      const note = `epoch ${epoch}/${settings.epochs} held back ${heldBackLoss.toFixed(4)}`;
      task.progress(epoch / settings.epochs, note);
    },
  });
  return {
    words: `epoch ${model.bestEpoch} of ${model.epochs.length}`,
    heldBackLoss: model.epochs[model.bestEpoch - 1]!.heldBackLoss,
    tastesAfter: async (heard, after, stopCheck) => {
      const walks = wholeWalks(heard, recipe);
      const predictions = { after, answer: after };
      const log = { sequences: heard, features: task.features };
      return replayTastes(model.weights, log, { walks, predictions, stopCheck });
    },
  };
}

async function fitWeighted(recipe: ModelRecipe, task: FitTask): Promise<FittedModel> {
  const { loss, weighted: settings } = task.settings;
  const model = await learnWeighted({ ...task, recipe, loss, settings });
  return {
    words: wordsOf(model),
    heldBackLoss: model.heldBackLosses[model.weighting]!,
    tastesAfter: async (heard, after) => {
      const { dimension } = task.vectors;
      const tastes = new Float32Array(after.length * dimension);
      const from = new Int32Array(heard.track.length);
      const { starts, ends } = wholeWalks(heard, recipe);
      for (const [walk, start] of starts.entries()) from.fill(start, start, ends[walk]!);
      for (const [index, last] of after.entries()) {
        const taste = tastes.subarray(index * dimension, (index + 1) * dimension);
        const upTo = { track: heard.track, from: from[last]!, last };
        addWeightedTracks(taste, upTo, model.weights, task.vectors);
      }
      return tastes;
    },
  };
}

function wholeWalks(heard: Sequences, { sequence }: ModelRecipe) {
  const pieceEventsMax = heard.track.length;
  return sequenceWalks(heard, heard.sessionOrder, { sequence, pieceEventsMax });
}

function wordsOf({ weighting, weights }: WeightedModel): string {
  if (weighting !== "learned") return `${weighting} won`;
  const first = Array.from(weights.subarray(0, 3), (weight) => weight.toFixed(2)).join(", ");
  return `learned weights won: ${first}, …`;
}
