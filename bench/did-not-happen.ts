/** What a benchmark was to measure did not happen, so its figures would mean nothing. */
export class DidNotHappen extends Error {
  override readonly name = "DidNotHappen";
}

/** Ends the benchmark where `happened` does not hold; `sentence` says what did not happen. */
export function requireThat(happened: boolean, sentence: string): asserts happened {
  if (!happened) throw new DidNotHappen(sentence);
}
