import { useEffect, useRef } from "preact/hooks";
import { wordOf } from "../parts/format.ts";
import type { Place, TastePlace, TrackMap } from "../wire/messages.ts";
import { useAsked } from "../wire/use-asked.ts";
import { drawCloud } from "./draw-cloud.ts";
import { titleOf } from "./player-state.ts";
import type { Player } from "./use-player.ts";

/** The plane is drawn from -EDGE to EDGE on either axis. */
const EDGE = 1.2;

/** The catalogue as a cloud of points, the next tracks in it, and the way of the taste. */
export function TasteMap({ player }: { readonly player: Player }) {
  const { reply: map } = useAsked<TrackMap>("Console/GetTrackMap", { tracks: 3000 });
  if (map === undefined || map.tracks.length === 0) return null;
  return (
    <figure class="map">
      <figcaption>
        <h2>Taste</h2>
        <p>
          Every point is a track, laid out by the two directions in which tracks differ most. The
          line is the way of this session's taste.
        </p>
      </figcaption>
      <div class="plane">
        <Cloud map={map} />
        <Overlay player={player} />
      </div>
    </figure>
  );
}

function Cloud({ map }: { readonly map: TrackMap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => canvas.current && drawCloud(canvas.current, map.tracks, EDGE);
    const observer = new ResizeObserver(draw);
    observer.observe(canvas.current!);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    addEventListener("themechange", draw);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", draw);
      removeEventListener("themechange", draw);
    };
  }, [map]);
  return <canvas ref={canvas} />;
}

function Overlay({ player: { taste, current, next } }: { readonly player: Player }) {
  const places = new Map(taste?.tracks.map((track) => [track.track, track]));
  const listed = (next?.tracks ?? []).filter(({ track }) => places.has(track));
  const playing = current && places.get(current.track);
  const path = taste?.path ?? [];
  return (
    <svg viewBox={`${-EDGE} ${-EDGE} ${2 * EDGE} ${2 * EDGE}`} preserveAspectRatio="none">
      <title>{words(path, listed.length)}</title>
      <PathLine path={path} />
      {listed.map((track, place) => (
        <Dot key={track.track} place={places.get(track.track)!} kind={place < 3 ? "near" : "far"}>
          {`${place + 1}. ${titleOf(track)}`}
        </Dot>
      ))}
      {playing !== undefined && (
        <Dot place={playing} kind="playing">
          {`Playing: ${titleOf(current!)}`}
        </Dot>
      )}
      {path.slice(0, -1).map((step, at) => (
        <Dot key={at} place={step} kind={step.event.kind.endsWith("SKIPPED") ? "skip" : "step"}>
          {`${wordOf(step.event.kind)} ${step.title}`}
        </Dot>
      ))}
      {path.length > 0 && (
        <Dot place={path.at(-1)!} kind="taste">
          The taste now
        </Dot>
      )}
    </svg>
  );
}

function words(path: readonly TastePlace[], listed: number): string {
  if (path.length === 0) return "The catalogue; there is no taste yet";
  return `The catalogue with the taste after ${path.length} events and ${listed} next tracks`;
}

function PathLine({ path }: { readonly path: readonly TastePlace[] }) {
  const points = path.map((place) => inside(place)).map(({ x, y }) => `${x},${-y}`);
  return <polyline class="way" points={points.join(" ")} />;
}

interface DotProps {
  readonly place: Place;
  readonly kind: "near" | "far" | "playing" | "step" | "skip" | "taste";
  readonly children: string;
}

/** A line without length and with round ends: a dot that stays round however the plane is cut. */
function Dot({ place, kind, children }: DotProps) {
  const { x, y } = inside(place);
  return (
    <g class={`dot ${kind}`} style={{ transform: `translate(${x}px, ${-y}px)` }}>
      <title>{children}</title>
      <path d="M0 0h0" />
      {(kind === "taste" || kind === "skip") && <path class="heart" d="M0 0h0" />}
    </g>
  );
}

function inside({ x, y }: Place): Place {
  const edge = EDGE * 0.97;
  const bounded = (value: number) => Math.max(-edge, Math.min(edge, value));
  return { x: bounded(x), y: bounded(y) };
}
