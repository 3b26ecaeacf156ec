import type { CheckedOptions } from "./options.ts";

const RECOMMENDER = { service: "segue.v1.Recommender" };
const PUBLISH = { service: "segue.v1.EventGateway", method: "Publish" };
const WORTH_A_RETRY = ["UNAVAILABLE", "RESOURCE_EXHAUSTED"];

/** How gRPC itself tries again, in its own words (gRPC proposal A6): with waits that grow and are
 *  drawn by chance, or as long as a server's `grpc-retry-pushback-ms` says. Questions may be
 *  hedged; publishing is tried again with the same event id, so what arrives twice counts once. */
export function serviceConfig(
  options: Pick<CheckedOptions, "attemptsMax" | "hedgeAfterMs">,
): Record<string, unknown> {
  const { attemptsMax, hedgeAfterMs } = options;
  const spread = [{ round_robin: {} }];
  if (attemptsMax < 2) return { loadBalancingConfig: spread, methodConfig: [] };
  const retryPolicy = {
    maxAttempts: attemptsMax,
    initialBackoff: "0.02s",
    maxBackoff: "0.5s",
    backoffMultiplier: 2,
    retryableStatusCodes: WORTH_A_RETRY,
  };
  const asking =
    hedgeAfterMs === undefined
      ? { name: [RECOMMENDER], retryPolicy }
      : {
          name: [RECOMMENDER],
          hedgingPolicy: {
            maxAttempts: attemptsMax,
            hedgingDelay: `${hedgeAfterMs / 1000}s`,
            nonFatalStatusCodes: WORTH_A_RETRY,
          },
        };
  return {
    loadBalancingConfig: spread,
    methodConfig: [asking, { name: [PUBLISH], retryPolicy }],
    // A tenth as many retries as answers, once a burst is spent: tries must not add to an overload.
    retryThrottling: { maxTokens: 100, tokenRatio: 0.1 },
  };
}
