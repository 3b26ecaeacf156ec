/** Area under the ROC curve: the chance that a positive scores above a negative, ties counting
 *  half. Mann & Whitney's U by ranks. 0.5 where one of the classes is empty. */
export function areaUnderCurve(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, index) => index);
  order.sort((one, other) => scores[one]! - scores[other]!);
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to += 1;
    const meanRank = (from + 1 + to) / 2;
    for (const index of order.slice(from, to)) {
      if (!positive[index]) continue;
      positives += 1;
      rankSum += meanRank;
    }
    from = to;
  }
  const pairs = positives * (order.length - positives);
  return pairs === 0 ? 0.5 : (rankSum - (positives * (positives + 1)) / 2) / pairs;
}
