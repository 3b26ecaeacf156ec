/** [tracks]: how likely a play of each track is kept, so that what is played everywhere does not
 *  drown the rest: √(t ÷ f) + t ÷ f, at most 1, where f is the track's share of all plays. 1 for
 *  all where `threshold` is 0.
 *  Source: Mikolov et al. 2013, arXiv 1310.4546, section 2.3, in the form of their program. */
export function keepingChances(support: Int32Array, threshold: number): Float64Array {
  const total = support.reduce((sum, count) => sum + count, 0);
  return Float64Array.from(support, (count) => {
    if (threshold === 0 || count === 0) return 1;
    const ratio = (threshold * total) / count;
    return Math.min(1, Math.sqrt(ratio) + ratio);
  });
}
