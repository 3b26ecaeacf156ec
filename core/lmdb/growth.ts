/** How much a file may grow for the sake of one snapshot that is held. */
export interface GrowthLimits {
  /** The share of its size by which it may, */
  readonly grownShareMax: number;
  /** and what it may grow by however small it is. */
  readonly grownBytesMax: number;
}

export function mayGrowBy({ grownShareMax, grownBytesMax }: GrowthLimits, bytes: number): number {
  return Math.max(grownBytesMax, grownShareMax * bytes);
}
