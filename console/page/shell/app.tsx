import { HealthPage } from "../health/health-page.tsx";
import { IngestPage } from "../ingest/ingest-page.tsx";
import { LibraryPage } from "../library/library-page.tsx";
import { LivePage } from "../live/live-page.tsx";
import { usePlayer } from "../live/use-player.ts";
import { ModelsPage } from "../models/models-page.tsx";
import { useWatch, type Watched } from "../wire/use-watch.ts";
import { useListener } from "./use-listener.ts";
import { type Path, PLACES, type Route, useRoute } from "./use-route.ts";
import { useTheme } from "./use-theme.ts";

/** The whole page: its places, with one live stream and one player under all of them. */
export function App() {
  const route = useRoute();
  const [listener, chooseListener] = useListener();
  const watched = useWatch(listener);
  const player = usePlayer(listener, watched.heard);
  const play = (chosen: string) => {
    chooseListener(chosen);
    route.go("/");
  };
  return (
    <>
      <a class="to-content" href="#content">
        Skip to the content
      </a>
      <Header route={route} watched={watched} />
      <main id="content" tabIndex={-1}>
        {route.path === "/" && (
          <LivePage listener={listener} choose={chooseListener} player={player} />
        )}
        {route.path === "/ingest" && <IngestPage watched={watched} />}
        {route.path === "/models" && <ModelsPage serving={watched.serving} />}
        {route.path === "/library" && <LibraryPage play={play} />}
        {route.path === "/health" && <HealthPage watched={watched} />}
      </main>
    </>
  );
}

function Header({ route, watched }: { readonly route: Route; readonly watched: Watched }) {
  const { theme, next } = useTheme();
  return (
    <header class="shell">
      <a class="mark" href="/" onClick={follow(route, "/")}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M5 21c6 0 5.500-10 11-10s5 10 11 10" />
          <circle cx="27" cy="21" r="3" />
        </svg>
        Segue
      </a>
      <nav aria-label="Places">
        {PLACES.map(({ path, name }) => (
          <a
            key={path}
            href={path}
            aria-current={route.path === path ? "page" : undefined}
            onClick={follow(route, path)}
          >
            {name}
          </a>
        ))}
      </nav>
      <Connection watched={watched} />
      <button type="button" class="quiet theme" onClick={next}>
        <span aria-hidden="true">◐ </span>
        <span class="sr-only">Colours: </span>
        {theme}
      </button>
    </header>
  );
}

/** A plain click goes there without a reload; any other is the browser's. */
function follow(route: Route, path: Path) {
  return (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    route.go(path);
  };
}

function Connection({ watched }: { readonly watched: Watched }) {
  const waiting = watched.rates.at(-1)?.lag ?? 0;
  const [state, words] = !watched.isConnected
    ? ["lost", watched.ingest === undefined ? "connecting" : "no connection"]
    : waiting > 100
      ? ["behind", `${waiting} records behind`]
      : ["well", "live"];
  return (
    <p class={`connection ${state}`} role="status">
      {words}
    </p>
  );
}
