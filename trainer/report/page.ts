import { escaped } from "./markup.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** A page that stands alone: it asks no other host for anything. */
export function page(title: string, sections: readonly string[]): string {
  return [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${PAGE_STYLE}</style></head>`,
    `<body><main>${sections.join("\n")}</main></body></html>\n`,
  ].join("\n");
}

/** A part of a page; no note where `note` is empty. `content` is HTML. */
export function section(title: string, note: string, content: string): string {
  const told = note === "" ? "" : `<p class="note">${escaped(note)}</p>`;
  return `<section><h2>${escaped(title)}</h2>${told}${content}</section>`;
}

/** Contents side by side, where there is room. Each is HTML. */
export function pair(contents: readonly string[]): string {
  return `<div class="pair">${contents.map((content) => `<div>${content}</div>`).join("")}</div>`;
}

/** A plot or table under its title. `content` is HTML. */
export function titled(title: string, content: string): string {
  return `<h3>${escaped(title)}</h3>${content}`;
}
