import { describe, expect, it } from "vitest";
import {
  captionOf,
  celebrate,
  freezesOf,
  hasPlayed,
  isComplete,
  type LiveUnlock,
  levelOf,
  lookOf,
  markOf,
  nextOf,
  type Progress,
  refusalsOf,
  type Score,
  search,
  shelvesOf,
  type WhyNode,
  wallOf,
} from "./model";

const badge = (code: string, part: Partial<Progress> = {}): Progress => ({
  code,
  name: code,
  description: "",
  points: 10,
  family: "rhythm",
  shape: "bulb",
  icon: "star",
  hidden: false,
  tiers: [{ tier: 1, at: 10, points: 10, earned_at: null, state: null }],
  state: "progress",
  tier: 0,
  value: 0,
  target: 10,
  share: 0,
  earned_at: null,
  rarity: null,
  disputed: false,
  times: 0,
  ...part,
});
const earned = (code: string, part: Partial<Progress> = {}) =>
  badge(code, { state: "earned", tier: 1, share: 1, value: 10, earned_at: "2026-07-03T10:00:00Z", ...part });

describe("shelves", () => {
  it("keep the server's order of families and put the earned first, then the nearest, then the closed", () => {
    const shelves = shelvesOf([
      badge("far", { share: 0.1 }),
      badge("other", { family: "people" }),
      badge("secret", { state: "closed" }),
      badge("near", { share: 0.9 }),
      earned("old"),
      earned("new", { earned_at: "2026-07-20T10:00:00Z" }),
    ]);
    expect(shelves.map((shelf) => shelf.family)).toEqual(["rhythm", "people"]);
    expect(shelves[0]?.badges.map((one) => one.code)).toEqual(["new", "old", "near", "far", "secret"]);
    expect(shelves[0]?.earned).toBe(2);
  });
});

describe("wall", () => {
  it("counts a started tier as standing and finds the rarest among the earned", () => {
    const tiers = [1, 2].map((tier) => ({ tier, at: tier * 5, points: 5, earned_at: null, state: null }));
    const started = badge("started", { tier: 1, tiers, share: 0.5 });
    const wall = wallOf([
      earned("common", { rarity: 0.6 }),
      earned("seam", { rarity: 0.02 }),
      started,
      badge("b", { rarity: 0.001 }),
    ]);
    expect(wall).toMatchObject({ earned: 3, total: 4, rarest: { code: "seam" } });
    expect(isComplete(started)).toBe(false);
    expect(wallOf([]).rarest).toBeNull();
  });
});

describe("next", () => {
  it("offers the nearest unfinished and never what is closed or done", () => {
    const list = [
      badge("a", { share: 0.2 }),
      badge("b", { share: 0.8 }),
      earned("done"),
      badge("secret", { state: "closed", share: 0.9 }),
    ];
    expect(nextOf(list, 3).map((one) => one.code)).toEqual(["b", "a"]);
    expect(nextOf(list, 1)).toHaveLength(1);
  });
});

describe("search", () => {
  const list = [
    badge("a", { name: "Хранитель огня", description: "30 дней с зарядкой" }),
    badge("b", { name: "Маяк" }),
  ];

  it("wants every word, in any case, in name or description", () => {
    expect(search(list, "  ОГНЯ зарядк ").map((one) => one.code)).toEqual(["a"]);
    expect(search(list, "огня маяк")).toEqual([]);
    expect(search(list, " ")).toBe(list);
  });
});

describe("captions", () => {
  const now = new Date("2026-07-21T12:00:00");

  it("say what matters most", () => {
    expect(
      captionOf(earned("a", { earned_at: new Date(2026, 6, 21, 7, 12).toISOString(), rarity: 0.01 }), now).kind,
    ).toBe("today");
    expect(captionOf(earned("a", { rarity: 0.02 }), now)).toEqual({ kind: "rare", share: 0.02 });
    expect(captionOf(earned("a", { rarity: 0.4 }), now).kind).toBe("earned");
    expect(captionOf(badge("a", { value: 4, share: 0.4 }), now)).toEqual({ kind: "progress", value: 4, target: 10 });
    expect(captionOf(badge("a"), now)).toEqual({ kind: "waiting", target: 10 });
    expect(captionOf(badge("a", { state: "closed", value: 3 }), now).kind).toBe("closed");
  });
});

describe("level", () => {
  const score = (experience: number): Score => ({ experience, level: 5, level_from: 650, level_to: 875 }) as Score;

  it("is measured inside the present level", () => {
    expect(levelOf(score(740))).toEqual({ level: 5, done: 90, size: 225, share: 0.4, missing: 135 });
  });

  it("never leaves its ring", () => {
    expect(levelOf(score(0)).share).toBe(0);
    expect(levelOf(score(9999)).share).toBe(1);
    expect(levelOf({ experience: 5, level: 1, level_from: 0, level_to: 0 } as Score).share).toBe(1);
  });
});

describe("whoever has just come in", () => {
  const newest = (...types: string[]) =>
    types.map((event_type, id) => ({ id, event_type, amount: 1, points: 5, at: "2026-11-21T12:00:00Z" }));

  it("has not played by signing in", () => {
    expect(hasPlayed([])).toBe(false);
    expect(hasPlayed(newest("login", "login"))).toBe(false);
    expect(hasPlayed(newest("login", "find_secret"))).toBe(true);
  });
});

describe("celebration", () => {
  const unlock = (code: string, part: Partial<LiveUnlock> = {}): LiveUnlock => ({
    id: 1,
    code,
    name: { ru: code, en: code },
    points: 5,
    tier: 1,
    earned_at: "2026-07-21T10:00:00Z",
    state: "granted",
    shape: "bulb",
    icon: "sun",
    ...part,
  });

  it("joins unlocks within ten seconds and begins anew after them", () => {
    const first = celebrate(null, [unlock("newcomer")], 1_000);
    const second = celebrate(first, [unlock("explorer")], 9_000);
    expect(second?.unlocks.map((one) => one.code)).toEqual(["newcomer", "explorer"]);
    expect(celebrate(second, [unlock("master")], 19_001)?.unlocks.map((one) => one.code)).toEqual(["master"]);
  });

  it("tells of nothing twice and of nothing in doubt", () => {
    const first = celebrate(null, [unlock("newcomer")], 1_000);
    expect(celebrate(first, [unlock("newcomer")], 2_000)).toBeNull();
    expect(celebrate(null, [unlock("newcomer", { state: "disputed" })], 1_000)).toBeNull();
    expect(celebrate(first, [unlock("newcomer", { tier: 2 })], 2_000)?.unlocks).toHaveLength(2);
  });
});

describe("why", () => {
  const node = (part: Partial<WhyNode> = {}): WhyNode => ({
    kind: "metric",
    text: "",
    met: false,
    state: "no",
    value: 1,
    target: 3,
    missing: 2,
    share: 1 / 3,
    window: "all",
    window_ends: null,
    events: [],
    refused: [],
    more: {},
    children: [],
    ...part,
  });

  it("ticks what holds, crosses only what was broken, and waits for the rest", () => {
    expect(markOf(node({ met: true, state: "yes" }))).toBe("tick");
    expect(markOf(node())).toBe("clock");
    expect(markOf(node({ kind: "not", state: "no" }))).toBe("cross");
    expect(markOf(node({ kind: "not", state: "waiting" }))).toBe("clock");
  });

  it("sums what did not count by its reason, the most frequent first", () => {
    const refused = (["late", "trust", "trust"] as const).map((reason, i) => ({
      event_id: i,
      reason,
      at: "2026-07-21T10:00:00Z",
    }));
    expect(refusalsOf(node({ refused }))).toEqual([
      { reason: "trust", count: 2 },
      { reason: "late", count: 1 },
    ]);
  });

  it("speaks of freezes only where a streak has some", () => {
    expect(freezesOf(node({ kind: "streak", more: { freezes_left: 2 } }))).toBe(2);
    expect(freezesOf(node({ kind: "streak", more: { freezes_left: 0 } }))).toBeNull();
    expect(freezesOf(node({ more: { freezes_left: 2 } }))).toBeNull();
  });
});

describe("look", () => {
  it("is in doubt while any tier is", () => {
    expect(lookOf(earned("a"))).toBe("earned");
    expect(lookOf(earned("a", { disputed: true }))).toBe("disputed");
    expect(lookOf(badge("a", { state: "closed", disputed: true }))).toBe("closed");
  });
});
