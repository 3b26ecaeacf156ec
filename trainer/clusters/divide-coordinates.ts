/** Bits of a code. */
const CODE_BITS = 4;
const HALVINGS = 60;

/** Of how many coordinates each of at most `subspaces` codes tells, so that all of them tell about
 *  as much. Coordinates come with falling variances; those at the end, of which even half a bit
 *  would say more than they matter, are left out (reverse water-filling: Cover and Thomas, Elements
 *  of Information Theory, 2nd edition, section 10.3.3). */
export function divideCoordinates(variances: Float64Array, subspaces: number): number[] {
  const bits = bitsOf(variances, CODE_BITS * subspaces);
  const widths: number[] = Array.from({ length: subspaces }, () => 0);
  // Where nothing differs, the first code tells that.
  if (bits[0] === 0) widths[0] = 1;
  let before = 0;
  for (const own of bits) {
    if (own === 0) break;
    const code = Math.min(subspaces - 1, Math.floor((before + own / 2) / CODE_BITS));
    widths[code] = widths[code]! + 1;
    before += own;
  }
  return widths;
}

/** The bits of each coordinate where all have errors of one variance; together they are `all`. */
function bitsOf(variances: Float64Array, all: number): number[] {
  const at = (error: number) =>
    Array.from(variances, (variance) => Math.max(0, Math.log2(variance / error) / 2));
  const most = variances[0] ?? 0;
  if (!(most > 0)) return Array.from(variances, () => 0);
  // Halves the logarithm of the error between far too little and as much as there is.
  let [low, high] = [Math.log(most) - 200, Math.log(most)];
  for (let turn = 0; turn < HALVINGS; turn++) {
    const middle = (low + high) / 2;
    const sum = at(Math.exp(middle)).reduce((total, own) => total + own, 0);
    if (sum > all) low = middle;
    else high = middle;
  }
  return at(Math.exp(high));
}
