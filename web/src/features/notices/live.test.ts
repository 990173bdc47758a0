import { describe, expect, it } from "vitest";
import type { StreamPatch } from "@/shared/live/handlers";
import { markRead, type NoticeList } from "./api";
import { announced, applyToNotices } from "./live";
import type { LiveNotice, Notice } from "./model";

const notice = (id: number, part: Partial<Notice> = {}): Notice =>
  ({
    id,
    kind: "level_reached",
    params: {},
    title: "t",
    text: "x",
    at: "2026-07-21T10:00:00Z",
    read_at: null,
    ...part,
  }) as Notice;
const live = (id: number, part: Partial<LiveNotice> = {}): LiveNotice => ({
  ...notice(id),
  title: { ru: "Уровень", en: "Level" },
  text: { ru: "Новый", en: "New" },
  ...part,
});
const list = (...pages: Notice[][]): NoticeList => ({
  pages: pages.map((items) => ({ items, unread: 1, next: null })),
  pageParams: pages.map(() => undefined),
});
const patch = (put: Record<string, unknown>, why: string | null = "notify.level_reached"): StreamPatch => ({
  put,
  drop: [],
  why,
  whole: false,
});

describe("notices", () => {
  it("a new one stands first and the bell's count is the server's", () => {
    const next = applyToNotices(list([notice(2)], [notice(1)]), patch({ "notice/3": live(3), notices: { unread: 7 } }));
    expect(next.pages.map((page) => page.items.map((one) => one.id))).toEqual([[3, 2], [1]]);
    expect(next.pages[0]?.unread).toBe(7);
    expect(["Уровень", "Level"]).toContain(next.pages[0]?.items[0]?.title);
  });

  it("a changed one stays where it is", () => {
    const next = applyToNotices(
      list([notice(2)], [notice(1)]),
      patch({ "notice/1": live(1, { read_at: "2026-07-21T11:00:00Z" }) }),
    );
    expect(next.pages[1]?.items[0]?.read_at).toBe("2026-07-21T11:00:00Z");
    expect(next.pages[0]?.items).toHaveLength(1);
  });

  it("reading marks all up to one and lowers the count by those", () => {
    const next = markRead(
      { ...list([notice(3), notice(2), notice(1, { read_at: "2026-07-20T10:00:00Z" })]) },
      2,
      "2026-07-21T12:00:00Z",
    );
    expect(next.pages[0]?.items.map((one) => one.read_at !== null)).toEqual([false, true, true]);
    expect(next.pages[0]?.unread).toBe(0);
  });
});

describe("toasts", () => {
  it("tell of new notices, not of reading, and leave unlocks to their own feature", () => {
    expect(announced(patch({ "notice/3": live(3) })).map((one) => one.id)).toEqual([3]);
    expect(announced(patch({ "notice/3": live(3) }, "notify.read"))).toEqual([]);
    expect(announced(patch({ "notice/3": live(3, { kind: "achievement_unlocked" }) }))).toEqual([]);
    expect(announced(patch({ "notice/3": live(3, { read_at: "2026-07-21T11:00:00Z" }) }))).toEqual([]);
  });
});
