import { describe, expect, it } from "vitest";
import { addDays, heatHalves, heatYears, monthRows, moveDay, sumOf, typeBars } from "./model";

describe("bars by type", () => {
  it("orders by count and gives the longest the whole row", () => {
    const bars = typeBars({ login: 1, find_secret: 6, complete_level: 3, never: 0 });
    expect(bars.map((bar) => bar.type)).toEqual(["find_secret", "complete_level", "login"]);
    expect(bars[0]?.length).toBe(1);
    expect(bars[1]?.length).toBe(0.5);
    expect(bars.reduce((sum, bar) => sum + bar.share, 0)).toBeCloseTo(1);
  });

  it("has no bars without events", () => {
    expect(typeBars({})).toEqual([]);
  });
});

describe("series", () => {
  it("sums points and names the best day", () => {
    const days: { day: string; by_type: Record<string, number>; points: number }[] = [
      { day: "2026-07-01", by_type: { login: 1 }, points: 5 },
      { day: "2026-07-02", by_type: {}, points: 0 },
      { day: "2026-07-03", by_type: { login: 1, find_secret: 2 }, points: 105 },
    ];
    expect(sumOf(days)).toEqual({ points: 110, events: 4, activeDays: 2, best: days[2] });
    expect(sumOf([]).best).toBeNull();
  });
});

describe("heatmap", () => {
  const today = "2026-07-21"; // a Tuesday
  const halves = heatHalves(
    [
      { day: "2026-07-21", count: 8 },
      { day: "2025-12-31", count: 1 },
    ],
    today,
  );

  it("has 52 whole weeks that end with the present one", () => {
    const cells = halves.flatMap((half) => half.weeks.flat());
    expect(cells).toHaveLength(364);
    expect(cells.at(-1)?.day).toBe("2026-07-26");
    expect(new Date(`${cells[0]?.day}T00:00:00Z`).getUTCDay()).toBe(1);
    expect(new Set(cells.map((cell) => cell.day)).size).toBe(364);
  });

  it("marks the days ahead and only those", () => {
    const ahead = halves.flatMap((half) => half.weeks.flat()).filter((cell) => cell.ahead);
    expect(ahead.map((cell) => cell.day)).toEqual([
      "2026-07-22",
      "2026-07-23",
      "2026-07-24",
      "2026-07-25",
      "2026-07-26",
    ]);
  });

  it("grows with the count and never calls an active day empty", () => {
    const level = (day: string) => halves.flatMap((half) => half.weeks.flat()).find((cell) => cell.day === day)?.level;
    expect(level("2026-07-21")).toBe(4);
    expect(level("2025-12-31")).toBe(1);
    expect(level("2026-01-01")).toBe(0);
  });

  it("does not let one wild day bleach the others", () => {
    const days = Array.from({ length: 60 }, (_, i) => ({ day: addDays("2026-04-01", i), count: i === 30 ? 5000 : 10 }));
    const levels = heatHalves(days, today)
      .flatMap((half) => half.weeks.flat())
      .filter((cell) => cell.count === 10);
    expect(new Set(levels.map((cell) => cell.level))).toEqual(new Set([4]));
  });

  it("names months from left to right without crowding", () => {
    for (const { months } of halves) {
      expect(months.length).toBeGreaterThanOrEqual(5);
      months.slice(1).forEach((mark, i) => {
        expect(mark.column - (months[i]?.column ?? 0)).toBeGreaterThanOrEqual(3);
      });
    }
  });

  it("asks for both years when it spans two", () => {
    expect(heatYears(today)).toEqual([2025, 2026]);
    expect(heatYears("2026-12-31")).toEqual([2026]);
  });

  it("tells the same sums in its table", () => {
    const rows = monthRows(halves);
    expect(rows[0]).toEqual({ month: "2026-07", count: 8, activeDays: 1 });
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(9);
  });

  it("is walked by arrows inside its bounds", () => {
    expect(moveDay("2026-07-20", "ArrowLeft", "2025-07-28", today)).toBe("2026-07-13");
    expect(moveDay(today, "ArrowDown", "2025-07-28", today)).toBe(today);
    expect(moveDay("2025-07-28", "ArrowUp", "2025-07-28", today)).toBe("2025-07-28");
    expect(moveDay("2026-01-05", "End", "2025-07-28", today)).toBe(today);
    expect(moveDay("2026-01-05", "x", "2025-07-28", today)).toBe("2026-01-05");
  });
});
