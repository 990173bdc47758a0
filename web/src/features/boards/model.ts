/** Places on a leaderboard, shaped for a list. */
import type { components } from "@/shared/api/schema";

export type BoardCard = components["schemas"]["BoardOut"];
export type BoardPage = components["schemas"]["BoardPage"];
export type League = components["schemas"]["LeagueOut"];
export type BoardRow = components["schemas"]["BoardLine"];

/** Windows in the order in which people think of them. */
const ORDER = ["day", "week", "month", "season", "all"];

export function windowsOf(board: BoardCard): readonly string[] {
  return board.windows.toSorted((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
}

/** The wanted board and window if they exist, else the first board and its week. */
export function choose(
  boards: readonly BoardCard[],
  wanted: { readonly board?: string; readonly window?: string },
): { readonly board: BoardCard; readonly window: string } | null {
  const board = boards.find((one) => one.code === wanted.board) ?? boards[0];
  if (!board) return null;
  const windows = windowsOf(board);
  const window = windows.find((one) => one === wanted.window) ?? windows.find((one) => one === "week") ?? windows[0];
  return window ? { board, window } : null;
}

export interface Place extends BoardRow {
  /** Ranks are missing between the row above and this one. */
  readonly gap: boolean;
  /** Same value as the row above: the earlier one stands higher. */
  readonly tied: boolean;
}

/** Rows with what the eye needs between them. */
export function placesOf(rows: readonly BoardRow[]): readonly Place[] {
  return rows.map((row, index) => {
    const above = rows[index - 1];
    return {
      ...row,
      gap: above !== undefined && row.rank - above.rank > 1,
      tied: above !== undefined && above.value === row.value,
    };
  });
}

/** My place when the rows do not show it: it is pinned below them. */
export function pinnedPlace(page: BoardPage): BoardPage["me"] {
  return page.me && !page.rows.some((row) => row.me) ? page.me : null;
}

/** What separates me from the next place up, or null at the top or off the board. */
export function missingToNext(rows: readonly BoardRow[]): number | null {
  const at = rows.findIndex((row) => row.me);
  const me = rows[at];
  const above = rows[at - 1];
  return me && above ? Math.max(1, above.value - me.value + (above.value === me.value ? 1 : 0)) : null;
}

const DAY_MS = 86_400_000;

/** What is left of a league's week by the reader's own calendar, today included; 0 while new leagues gather. */
export function daysLeft(lastDay: string, today = new Date()): number {
  const here = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.max(0, Math.round((Date.parse(lastDay) - here) / DAY_MS) + 1);
}

export type LeagueState = "playing" | "waiting" | "next" | "none";

/** Where I am: on the list, in a league without points yet, in one from next week on, or not on the way to one. */
export function leagueState(league: League): LeagueState {
  if (league.size === null) return league.points > 0 ? "next" : "none";
  return league.rows.some((row) => row.me) ? "playing" : "waiting";
}
