import { useEffect, useState } from "preact/hooks";

/** The page's places, in the order of the navigation. */
export const PLACES = [
  { path: "/", name: "Live" },
  { path: "/ingest", name: "Ingest" },
  { path: "/models", name: "Models" },
  { path: "/library", name: "Library" },
  { path: "/health", name: "Health" },
] as const;
export type Path = (typeof PLACES)[number]["path"];

export interface Route {
  readonly path: Path;
  go(path: Path): void;
}

/** Where the page is; a path that it does not know is Live. */
export function useRoute(): Route {
  const [path, setPath] = useState<Path>(currentPath);
  useEffect(() => {
    const moved = () => setPath(currentPath());
    addEventListener("popstate", moved);
    return () => removeEventListener("popstate", moved);
  }, []);
  return {
    path,
    go(next) {
      history.pushState(null, "", next);
      setPath(next);
      scrollTo(0, 0);
    },
  };
}

function currentPath(): Path {
  return PLACES.find(({ path }) => path === location.pathname)?.path ?? "/";
}
