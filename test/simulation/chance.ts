import { seededRandom } from "../../trainer/random.ts";

/** All chance of a simulated run: equal seeds give equal runs. */
export interface Chance {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of `items`, each as often as its weight says; not all weights are 0. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T;
}

export function chanceOf(seed: number, stream: string): Chance {
  const random = seededRandom(seed, stream);
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    below,
    happens: (probability) => random() < probability,
    pick: (items) => items[below(items.length)]!,
    weighted(items) {
      let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of items) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return items.at(-1)!;
    },
  };
}
