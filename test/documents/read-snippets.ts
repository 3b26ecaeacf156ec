/** A fenced block of a document that is more than text, by the words after its three backticks:
 *
 *  | words | what becomes of it |
 *  |---|---|
 *  | `sh runs`, `python runs`, `ts runs` | it runs to its end and must end well |
 *  | `sh serves` | it goes on to the document's end, once it says that it is ready |
 *  | `sh serves instead` | the same, after those before it have ended |
 *  | `sh broker` | the tests' own broker stands in for it |
 *  | `text prints` | the block before printed these lines, in order; `…` is any end of a line |
 */
export interface Snippet {
  /** From the repository's root. */
  readonly document: string;
  /** Of the block's first line, from 1. */
  readonly line: number;
  readonly role: Role;
  readonly code: string;
}

const ROLES = [
  ...["sh runs", "python runs", "ts runs"],
  ...["sh serves", "sh serves instead", "sh broker", "text prints"],
] as const;
export type Role = (typeof ROLES)[number];

/** The blocks of a document that have a role. Throws where a role is none of those above. */
export function readSnippets(document: string, text: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: { readonly line: number; readonly words: string; readonly code: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (open === undefined) {
      if (fence) open = { line: index + 2, words: fence[1]!.trim(), code: [] };
    } else if (fence === null) {
      open.code.push(line);
    } else {
      const { words, code } = open;
      if (words.includes(" ")) {
        const role = roleOf(words, `${document}:${open.line - 1}`);
        snippets.push({ document, line: open.line, role, code: code.join("\n") });
      }
      open = undefined;
    }
  }
  return snippets;
}

/** What goes on beside all blocks of a document, as a comment in it says. */
export function besides(text: string): string | undefined {
  return /^<!-- beside: (.*) -->$/m.exec(text)?.[1];
}

function roleOf(words: string, place: string): Role {
  const role = ROLES.find((one) => one === words);
  if (role === undefined) throw new Error(`${place}: "${words}" is no role of a block`);
  return role;
}
