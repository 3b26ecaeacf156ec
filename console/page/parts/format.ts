/** "12,345" */
export function count(value: number | string): string {
  return Number(value).toLocaleString("en");
}

/** "0.4", "12", "1,234": three digits that count. */
export function figure(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 10) return value.toLocaleString("en", { maximumSignificantDigits: 2 });
  return Math.round(value).toLocaleString("en");
}

/** "0.214", for measures of 0 to 1. */
export function measure(value: number): string {
  return value === 0 ? "–" : value.toFixed(3);
}

/** "180 MB" */
export function size(bytes: number | string): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [Number(bytes), 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "40 ms", "3 s", "5 min", "2 h", "3 days" */
export function duration(ms: number): string {
  if (ms < 950) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** "just now", "5 min ago" */
export function ago(atMs: number | string, nowMs = Date.now()): string {
  const ms = nowMs - Number(atMs);
  return ms < 2_000 ? "just now" : `${duration(ms)} ago`;
}

/** "1:07" */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "blend" of "RUNG_BLEND"; "skipped" of "EVENT_KIND_SKIPPED". */
export function wordOf(name: string): string {
  return name
    .replace(/^(RUNG|EVENT_KIND|PLAY_CONTEXT_KIND)_/, "")
    .toLowerCase()
    .replaceAll("_", " ");
}
