/** Two lists as one, each of them best first. Of equally good ones those of `first` come first. */
export function mergeFound<Found>(
  first: readonly Found[],
  second: readonly Found[],
  worthOf: (found: Found) => number,
): Found[] {
  const both: Found[] = [];
  let [left, right] = [0, 0];
  while (left < first.length && right < second.length) {
    const isBetter = worthOf(second[right]!) > worthOf(first[left]!);
    both.push(isBetter ? second[right++]! : first[left++]!);
  }
  return [...both, ...first.slice(left), ...second.slice(right)];
}
