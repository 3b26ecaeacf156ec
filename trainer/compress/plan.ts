import type { PrunedPart } from "./prune.ts";

/** How a bundle is made smaller; what is not named stays as it is. */
export interface CompressionPlan {
  readonly vectors?: "int8";
  readonly step?: "int8";
  readonly prune?: { readonly share: number; readonly by: PrunedPart };
  readonly distil?: { readonly hidden: number };
}
