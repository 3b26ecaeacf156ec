/** The name that is least edits away from `name`, where few enough are needed that it may have been
 *  meant. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const edits = editsBetween(name, candidate);
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** `, did you mean "X"?`, or nothing where no name is near. */
export function suggestion(name: string, names: Iterable<string>): string {
  const near = nearestName(name, names);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

/** Levenshtein's distance: letters added, left out and changed. */
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column++) {
      const changed = row[column - 1]! + (letter === right[column - 1] ? 0 : 1);
      next.push(Math.min(changed, row[column]! + 1, next[column - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
