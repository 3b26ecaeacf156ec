import type { MapTrack } from "../wire/messages.ts";

/** Draws every track as a faint point; the most popular ones, which come first, a little larger.
 *  The canvas's own text colour is the points'. */
export function drawCloud(
  canvas: HTMLCanvasElement,
  tracks: readonly MapTrack[],
  edge: number,
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.scale(ratio, ratio);
  context.fillStyle = getComputedStyle(canvas).color;
  for (const [rank, { x, y }] of tracks.entries()) {
    const radius = rank < tracks.length / 20 ? 1.9 : 1.2;
    context.globalAlpha = rank < tracks.length / 20 ? 0.5 : 0.26;
    context.beginPath();
    const [left, top] = [((x + edge) / (2 * edge)) * width, ((edge - y) / (2 * edge)) * height];
    context.arc(left, top, radius, 0, 2 * Math.PI);
    context.fill();
  }
}
