import { describe, expect, it } from "vitest";
import { type BoardPage, choose, missingToNext, pinnedPlace, placesOf, windowsOf } from "./model";

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
    expect(missingToNext(page([row(1, 90), row(2, 60, true)]))).toBe(30);
    expect(missingToNext(page([row(1, 90), row(2, 90, true)]))).toBe(1);
    expect(missingToNext(page([row(1, 90, true)]))).toBeNull();
    expect(missingToNext(page([row(1, 90)]))).toBeNull();
  });
});
