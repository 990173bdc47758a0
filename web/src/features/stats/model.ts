/** Numbers of one player, shaped for charts. */
import type { components } from "@/shared/api/schema";

export type Stats = components["schemas"]["StatsOut"];
export type SeriesDay = components["schemas"]["SeriesDay"];
export type HeatDay = components["schemas"]["HeatDay"];

export interface TypeBar {
  readonly type: string;
  readonly count: number;
  /** Length of the bar: share of the greatest, so that the longest fills its row. */
  readonly length: number;
  /** Share of all events, for the words beside it. */
  readonly share: number;
}

export function typeBars(byType: Readonly<Record<string, number>>): readonly TypeBar[] {
  const counted = Object.entries(byType).filter(([, count]) => count > 0);
  const total = counted.reduce((sum, [, count]) => sum + count, 0);
  const top = Math.max(1, ...counted.map(([, count]) => count));
  return counted
    .toSorted(([one, a], [other, b]) => b - a || one.localeCompare(other))
    .map(([type, count]) => ({ type, count, length: count / top, share: count / total }));
}

export interface SeriesSum {
  readonly points: number;
  readonly events: number;
  /** Days on which anything happened. */
  readonly activeDays: number;
  readonly best: SeriesDay | null;
}

export function sumOf(days: readonly SeriesDay[]): SeriesSum {
  const best = days.reduce<SeriesDay | null>((top, day) => (day.points > (top?.points ?? 0) ? day : top), null);
  return {
    points: days.reduce((sum, day) => sum + day.points, 0),
    events: days.reduce((sum, day) => sum + eventsOf(day), 0),
    activeDays: days.filter((day) => eventsOf(day) > 0).length,
    best,
  };
}

export function eventsOf(day: SeriesDay): number {
  return Object.values(day.by_type).reduce((sum, count) => sum + count, 0);
}

/** One square of the heatmap; `level` is 0 for nothing, 1…4 for ever more. */
export interface HeatCell {
  readonly day: string;
  readonly count: number;
  readonly level: 0 | 1 | 2 | 3 | 4;
  /** Later than today: drawn as an outline, not to be read as an empty day. */
  readonly ahead: boolean;
}

export interface HeatHalf {
  /** Columns are weeks from Monday to Sunday. */
  readonly weeks: readonly (readonly HeatCell[])[];
  /** Month that begins in a column: `month` 0…11. */
  readonly months: readonly { readonly column: number; readonly month: number }[];
}

export const WEEKS_PER_HALF = 26;

/** The 52 weeks that end with the present one, in two halves of 26, oldest first. */
export function heatHalves(days: readonly HeatDay[], today: string): readonly [HeatHalf, HeatHalf] {
  const counts = new Map(days.map(({ day, count }) => [day, count]));
  const first = addDays(mondayOf(today), -7 * (2 * WEEKS_PER_HALF - 1));
  const ceiling = ceilingOf(days.map((day) => day.count));
  const weeks = Array.from({ length: 2 * WEEKS_PER_HALF }, (_, week) =>
    Array.from({ length: 7 }, (_, weekday): HeatCell => {
      const day = addDays(first, week * 7 + weekday);
      const count = counts.get(day) ?? 0;
      return { day, count, level: levelOf(count, ceiling), ahead: day > today };
    }),
  );
  const half = (from: number): HeatHalf => {
    const part = weeks.slice(from, from + WEEKS_PER_HALF);
    return { weeks: part, months: monthMarks(part) };
  };
  return [half(0), half(WEEKS_PER_HALF)];
}

/** Calendar years that the 52 weeks touch: the server answers by year. */
export function heatYears(today: string): readonly number[] {
  const from = Number(addDays(mondayOf(today), -7 * (2 * WEEKS_PER_HALF - 1)).slice(0, 4));
  const to = Number(today.slice(0, 4));
  return from === to ? [to] : [from, to];
}

export interface MonthRow {
  /** `2026-07`. */
  readonly month: string;
  readonly count: number;
  readonly activeDays: number;
}

/** The same year as a table, newest month first: the heatmap's alternative. */
export function monthRows(halves: readonly HeatHalf[]): readonly MonthRow[] {
  const rows = new Map<string, { count: number; activeDays: number }>();
  for (const cell of halves.flatMap((half) => half.weeks.flat())) {
    if (cell.ahead) continue;
    const month = cell.day.slice(0, 7);
    const row = rows.get(month) ?? { count: 0, activeDays: 0 };
    rows.set(month, { count: row.count + cell.count, activeDays: row.activeDays + (cell.count > 0 ? 1 : 0) });
  }
  return [...rows].map(([month, row]) => ({ month, ...row })).toSorted((a, b) => b.month.localeCompare(a.month));
}

/** The day `steps` away in the grid's own order, kept inside the year and not ahead of today. */
export function moveDay(day: string, key: string, first: string, last: string): string {
  const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 }[key];
  if (key === "Home") return first;
  if (key === "End") return last;
  if (step === undefined) return day;
  const moved = addDays(day, step);
  return moved < first || moved > last ? day : moved;
}

/** A day far above the rest must not bleach all others: the scale ends at the 95th percentile. */
function ceilingOf(counts: readonly number[]): number {
  const sorted = counts.filter((count) => count > 0).toSorted((a, b) => a - b);
  return Math.max(4, sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0);
}

function levelOf(count: number, ceiling: number): HeatCell["level"] {
  if (count <= 0) return 0;
  return Math.min(4, Math.max(1, Math.ceil((count / ceiling) * 4))) as HeatCell["level"];
}

/** A month is named over the week that holds its first day, unless the name before is too near. */
function monthMarks(weeks: HeatHalf["weeks"]): HeatHalf["months"] {
  const marks: { column: number; month: number }[] = [];
  weeks.forEach((week, column) => {
    const first = week.find((cell) => cell.day.endsWith("-01"));
    const isFarEnough = column - (marks.at(-1)?.column ?? -3) >= 3;
    if (first && isFarEnough && column < weeks.length - 1)
      marks.push({ column, month: Number(first.day.slice(5, 7)) - 1 });
  });
  return marks;
}

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** Today by this device's clock, `YYYY-MM-DD`. */
export function todayHere(now: Date): string {
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
