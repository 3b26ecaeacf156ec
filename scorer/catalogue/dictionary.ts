/** Texts by number, so that a column holds numbers and a text is judged once. Texts are only ever
 *  added. */
export interface Dictionary {
  /** By code. */
  readonly texts: readonly string[];
  /** The code of `text`, which is added where it is new. */
  add(text: string): number;
  /** Undefined for a text that no track has. */
  codeOf(text: string): number | undefined;
}

export function newDictionary(): Dictionary {
  const texts: string[] = [];
  const codes = new Map<string, number>();
  return {
    texts,
    add(text) {
      const known = codes.get(text);
      if (known !== undefined) return known;
      codes.set(text, texts.length);
      texts.push(text);
      return texts.length - 1;
    },
    codeOf: (text) => codes.get(text),
  };
}
