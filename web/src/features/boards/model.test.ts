import { describe, expect, it } from "vitest";
import {
  type BoardPage,
  choose,
  daysLeft,
  type League,
  leagueState,
  missingToNext,
  pinnedPlace,
  placesOf,
  windowsOf,
} from "./model";

const row = (rank: number, value: number, me = false) => ({
  rank,
  value,
  me,
  user: { id: rank, username: `p${rank}`, display_name: `P${rank}`, avatar_url: null },
});
const page = (rows: BoardPage["rows"], me: BoardPage["me"] = null) =>
  ({ board: "score", window: "week", rows, me, updated_at: "2026-07-21T10:00:00Z" }) as unknown as BoardPage;
const score = { code: "score", name: "Score", windows: ["all", "month", "day", "week"] } as Parameters<
  typeof windowsOf
>[0];

describe("boards", () => {
  it("orders windows from the shortest", () => {
    expect(windowsOf(score)).toEqual(["day", "week", "month", "all"]);
  });

  it("falls back when the address names what is gone", () => {
    expect(choose([score], { board: "gone", window: "never" })).toEqual({ board: score, window: "week" });
    expect(choose([score], { board: "score", window: "all" })?.window).toBe("all");
    expect(choose([], {})).toBeNull();
  });

  it("sees gaps and ties between rows", () => {
    const places = placesOf([row(1, 90), row(2, 90), row(41, 7), row(42, 6)]);
    expect(places.map((place) => place.gap)).toEqual([false, false, true, false]);
    expect(places.map((place) => place.tied)).toEqual([false, true, false, false]);
  });

  it("pins my place only when the rows do not show it", () => {
    expect(pinnedPlace(page([row(1, 9)], { rank: 512, value: 1 }))).toEqual({ rank: 512, value: 1 });
    expect(pinnedPlace(page([row(1, 9, true)], { rank: 1, value: 9 }))).toBeNull();
    expect(pinnedPlace(page([row(1, 9)]))).toBeNull();
  });

  it("says what is missing to the next place; a tie needs one more", () => {
    expect(missingToNext([row(1, 90), row(2, 60, true)])).toBe(30);
    expect(missingToNext([row(1, 90), row(2, 90, true)])).toBe(1);
    expect(missingToNext([row(1, 90, true)])).toBeNull();
    expect(missingToNext([row(1, 90)])).toBeNull();
  });

  const league = (size: number | null, points: number, rows: League["rows"] = []) =>
    ({ size, points, rows }) as unknown as League;

  it("knows where I am in the league", () => {
    expect(leagueState(league(50, 5, [row(1, 9), row(2, 5, true)]))).toBe("playing");
    expect(leagueState(league(50, 0, [row(1, 9)]))).toBe("waiting");
    expect(leagueState(league(null, 5))).toBe("next");
    expect(leagueState(league(null, 0))).toBe("none");
  });

  it("counts the days of a league, the begun one included", () => {
    expect(daysLeft("2026-11-22", new Date(2026, 10, 16, 0, 5))).toBe(7);
    expect(daysLeft("2026-11-22", new Date(2026, 10, 22, 23, 55))).toBe(1);
    expect(daysLeft("2026-11-22", new Date(2026, 10, 23, 9))).toBe(0);
  });
});
