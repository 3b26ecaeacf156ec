import { drawCount, drawWeighted } from "./chance.ts";
import type { Listener } from "./listeners.ts";
import { MOODS, WORLD_RULES as RULES, WEEKDAY_HOURS, WEEKEND_HOURS } from "./world-rules.ts";

const HOUR_MS = 60 * 60 * 1000;
export const DAY_MS = 24 * HOUR_MS;

/** When the listener's sessions of a day begin, in order, milliseconds since 1970-01-01 UTC. */
export function sessionStarts(listener: Listener, dayMs: number): number[] {
  const { chance } = listener;
  const weekend = isWeekend(dayMs);
  const rate = listener.sessionsPerDay * (weekend ? RULES.weekendFactor : 1);
  const hours = weekend ? WEEKEND_HOURS : WEEKDAY_HOURS;
  const starts = Array.from({ length: drawCount(chance, rate) }, () => {
    const hour = drawWeighted(chance, hours) + chance.uniform() + listener.chronotypeHours;
    return dayMs + Math.floor(((hour + 24) % 24) * HOUR_MS);
  });
  return starts.sort((one, other) => one - other);
}

/** The mood (by index) in which a session begins: the hour's moods, as this listener prefers
 *  them. */
export function drawMood(listener: Listener, atMs: number): number {
  const hour = (atMs % DAY_MS) / HOUR_MS - listener.chronotypeHours;
  const weekend = isWeekend(atMs);
  const weights = MOODS.map((mood, index) => {
    const away = hoursApart(hour, mood.hour) / mood.hours;
    const wanted = Math.exp((-away * away) / 2) + 0.01;
    return wanted * (weekend ? mood.weekend : 1) * listener.moodPreferences[index]!;
  });
  return drawWeighted(listener.chance, weights);
}

function isWeekend(atMs: number): boolean {
  const day = new Date(atMs).getUTCDay();
  return day === 0 || day === 6;
}

/** Around the clock: 23 and 1 are two hours apart. */
function hoursApart(one: number, other: number): number {
  const apart = Math.abs(one - other) % 24;
  return Math.min(apart, 24 - apart);
}
