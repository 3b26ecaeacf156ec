import assert from "node:assert/strict";
import { test } from "node:test";
import { createTally } from "./tally.ts";

test("a value counts in its bucket and in all wider ones, its bound included", () => {
  const tally = createTally([1, 4]);
  for (const value of [0.5, 1, 1.5, 9]) tally.observe(value);
  const expected = `# HELP sizes How large.
# TYPE sizes histogram
sizes_bucket{le="1"} 2
sizes_bucket{le="4"} 3
sizes_bucket{le="+Inf"} 4
sizes_sum 12
sizes_count 4
`;
  assert.equal(tally.text("sizes", "How large."), expected);
});
