import { describe, expect, it } from "vitest";
import { bellCount, byDay, type Notice, newestUnread, targetOf } from "./model";

const notice = (id: number, at: Date, part: Partial<Notice> = {}): Notice =>
  ({
    id,
    kind: "level_reached",
    params: {},
    title: "",
    text: "",
    at: at.toISOString(),
    read_at: null,
    ...part,
  }) as Notice;

describe("notices by day", () => {
  it("puts the newest day and notice first, by this device's clock", () => {
    const days = byDay([
      notice(1, new Date(2026, 6, 20, 23, 59)),
      notice(3, new Date(2026, 6, 21, 0, 1)),
      notice(2, new Date(2026, 6, 21, 0, 0)),
    ]);
    expect(days.map((day) => [day.day, day.notices.map((one) => one.id)])).toEqual([
      ["2026-07-21", [3, 2]],
      ["2026-07-20", [1]],
    ]);
  });
});

describe("bell", () => {
  it("is silent at nothing and stops counting at 99", () => {
    expect([0, -1, 1, 99, 100].map(bellCount)).toEqual([null, null, "1", "99", "99+"]);
  });

  it("reads up to the newest unread one", () => {
    const at = new Date();
    expect(newestUnread([notice(5, at, { read_at: at.toISOString() }), notice(4, at), notice(2, at)])).toBe(4);
    expect(newestUnread([])).toBeNull();
  });
});

describe("targets", () => {
  it("lead to the badge, to the sessions, or nowhere", () => {
    const at = new Date();
    const to = (kind: string, params: Notice["params"] = {}) =>
      targetOf(notice(1, at, { kind, params } as Partial<Notice>));
    expect(to("achievement_unlocked", { items: [{ code: "odd night" }] } as unknown as Notice["params"])).toBe(
      "/achievements?badge=odd%20night",
    );
    expect(to("achievement_unlocked")).toBe("/achievements");
    expect(to("new_device")).toBe("/me/sessions");
    expect(to("something_new")).toBeNull();
  });
});
