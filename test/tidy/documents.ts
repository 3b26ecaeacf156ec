import { posix } from "node:path";
import type { SourceFile } from "./source-file.ts";

const JOURNEY_HEADING = "## A play's journey";

/** File names in backticks of README's journey, and `bench/` files anywhere in it, that do not
 *  exist; also a journey that names no file at all. */
export function lostFileNames(readme: string, paths: ReadonlySet<string>): string[] {
  const start = readme.indexOf(JOURNEY_HEADING);
  if (start === -1) return [`README.md has no section "${JOURNEY_HEADING}"`];
  const end = readme.indexOf("\n## ", start + 1);
  const journey = readme.slice(start, end === -1 ? undefined : end);
  const named = [...journey.matchAll(/`([\w./-]+\.ts)`/g)].map((match) => match[1]!);
  const claims = [...readme.matchAll(/\bbench\/[\w-]+\.ts\b/g)].map((match) => match[0]);
  if (named.length === 0) return ["README.md's journey names no file"];
  return [...new Set([...named, ...claims])]
    .filter((name) => !paths.has(name))
    .map((name) => `README.md names ${name}, which does not exist`);
}

/** Names of code files in backticks, in any document, that no path ends in; a star stands for any
 *  name. */
export function lostCodeNames(files: readonly SourceFile[]): string[] {
  const paths = files.map(({ path }) => `/${path}`);
  const exists = (name: string) => {
    const pattern = name.replaceAll(".", "\\.").replaceAll("*", "[^/]*");
    return paths.some((path) => new RegExp(`/${pattern}$`).test(path));
  };
  return files
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap(({ path, text }) => {
      const names = [...text.matchAll(/`([\w./*-]+\.ts)`/g)].map((match) => match[1]!);
      return names.filter((name) => !exists(name)).map((name) => `${path} names ${name}`);
    });
}

/** Relative links of a document that lead nowhere. */
export function deadLinks(
  files: readonly SourceFile[],
  exists: (path: string) => boolean,
): string[] {
  return files
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap(({ path, text }) => {
      const links = [...text.matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)].map((match) => match[1]!);
      const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
      return links
        .filter((link) => !/^[a-z]+:/.test(link) && !exists(`${folder}${link}`))
        .map((link) => `${path} links to ${link}, which does not exist`);
    });
}

/** Links to a heading that its document does not have, within it or from another one. */
export function deadAnchors(files: readonly SourceFile[]): string[] {
  const anchors = new Map(files.map((file) => [file.path, anchorsOf(file.text)]));
  return files
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap(({ path, text }) => {
      const links = [...text.matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g)];
      return links.flatMap(([, to, anchor]) => {
        const target = to === "" ? path : posix.join(posix.dirname(path), to!);
        const has = anchors.get(target)?.has(anchor!) ?? true;
        return has ? [] : [`${path} links to ${target}#${anchor}, which is no heading`];
      });
    });
}

/** As GitHub names headings: in small letters, with hyphens for spaces and without signs; of equal
 *  ones, the second and later ones are numbered. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const headings = text.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm);
  for (const [, heading] of headings) {
    const words = heading!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
    const name = words.replaceAll(" ", "-");
    let [anchor, count] = [name, 0];
    while (anchors.has(anchor)) anchor = `${name}-${++count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Absolute paths of somebody's machine. */
export function machinePaths(files: readonly SourceFile[]): string[] {
  const folders = ["work", "root", "home", "Users"].join("|");
  const pattern = new RegExp(`(^|[\\s"'\`(=:])/(${folders})/`);
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      return pattern.test(line) ? [`${path}:${index + 1}: a path of one machine`] : [];
    }),
  );
}
