import type { Chance } from "./chance.ts";
import { ACTIONS, ADJECTIVES, FIRST_NAMES, LAST_NAMES, NOUNS } from "./words.ts";

/** `word` draws from a list, never the same word twice in one name. */
type Pattern = (word: (list: readonly string[]) => string) => string;

const ARTIST_PATTERNS: readonly Pattern[] = [
  (word) => `${word(FIRST_NAMES)} ${word(LAST_NAMES)}`,
  (word) => `${word(FIRST_NAMES)} ${word(LAST_NAMES)}`,
  (word) => `The ${word(ADJECTIVES)} ${plural(word(NOUNS))}`,
  (word) => `${word(ADJECTIVES)} ${word(NOUNS)}`,
  (word) => `${word(NOUNS)} & ${word(NOUNS)}`,
  (word) => `${word(FIRST_NAMES)} and the ${plural(word(NOUNS))}`,
];

const TITLE_PATTERNS: readonly Pattern[] = [
  (word) => `${word(ADJECTIVES)} ${word(NOUNS)}`,
  (word) => `${word(ACTIONS)} the ${word(NOUNS)}`,
  (word) => `${word(NOUNS)} by the ${word(NOUNS)}`,
  (word) => `${word(ACTIONS)} for ${word(FIRST_NAMES)}`,
  (word) => `A ${word(NOUNS)} in ${word(LAST_NAMES)} Street`.replace(/^A ([AEIOU])/, "An $1"),
  (word) => `No More ${plural(word(NOUNS))}`,
  (word) => `${word(ADJECTIVES)} ${plural(word(NOUNS))}`,
  (word) => `${word(FIRST_NAMES)}'s ${word(NOUNS)}`,
];

export function trackTitle(chance: Chance): string {
  return fill(chance, TITLE_PATTERNS);
}

const ENSEMBLES = ["Trio", "Quartet", "Orchestra", "Collective", "Sound System"] as const;

/** An artist's name that no other artist has; `taken` learns it. */
export function artistName(chance: Chance, taken: Set<string>): string {
  const base = fill(chance, ARTIST_PATTERNS);
  let name = base;
  for (let again = 0; taken.has(name); again++) {
    name = `${base.replace(/^The /, "")} ${ENSEMBLES[again] ?? `No. ${again}`}`;
  }
  taken.add(name);
  return name;
}

function fill(chance: Chance, patterns: readonly Pattern[]): string {
  const used = new Set<string>();
  const word = (list: readonly string[]): string => {
    const drawn = list[chance.below(list.length)]!;
    if (used.has(drawn)) return word(list);
    used.add(drawn);
    return drawn;
  };
  return patterns[chance.below(patterns.length)]!(word);
}

function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
