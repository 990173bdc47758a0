import { describe, expect, it } from "vitest";
import type { StreamPatch } from "@/shared/live/handlers";
import { applyToEvents, applyToScore, applyToWall } from "./live";
import type { Progress, RecentEvent, Score } from "./model";

const patch = (put: Record<string, unknown>, drop: string[] = [], whole = false): StreamPatch => ({
  put,
  drop,
  why: null,
  whole,
});
const tier = (n: number) => ({ tier: n, at: n * 3, points: 10, earned_at: null, state: null });
const badge: Progress = {
  code: "explorer",
  name: "Explorer",
  description: "",
  points: 50,
  family: "finds",
  shape: "crystal",
  icon: "key",
  hidden: false,
  tiers: [tier(1)],
  state: "progress",
  tier: 0,
  value: 1,
  target: 3,
  share: 1 / 3,
  earned_at: null,
  rarity: null,
  disputed: false,
  times: 0,
};
const unlock = (part: object = {}) => ({
  id: 9,
  code: "explorer",
  name: { ru: "Исследователь", en: "Explorer" },
  points: 50,
  tier: 1,
  earned_at: "2026-07-21T10:00:00Z",
  state: "granted",
  ...part,
});

describe("wall", () => {
  it("fills by progress and leaves other badges alone", () => {
    const other = { ...badge, code: "master" };
    const { items } = applyToWall(
      { items: [badge, other] },
      patch({ "progress/explorer": { value: 2, target: 3, share: 2 / 3 } }),
    );
    expect(items[0]).toMatchObject({ value: 2, share: 2 / 3, state: "progress" });
    expect(items[1]).toBe(other);
  });

  it("stands on its shelf when the last tier is unlocked", () => {
    const { items } = applyToWall({ items: [badge] }, patch({ "unlock/explorer.1": unlock() }));
    expect(items[0]).toMatchObject({ state: "earned", tier: 1, share: 1, earned_at: "2026-07-21T10:00:00Z" });
    expect(items[0]?.tiers[0]?.earned_at).toBe("2026-07-21T10:00:00Z");
  });

  it("keeps filling towards the next tier", () => {
    const tiered = { ...badge, tiers: [tier(1), tier(2)] };
    const next = applyToWall(
      { items: [tiered] },
      patch({ "unlock/explorer.1": unlock(), "progress/explorer": { value: 3, target: 6, share: 0.5 } }),
    );
    expect(next.items[0]).toMatchObject({ tier: 1, share: 0.5, target: 6 });
  });

  it("is the same when a patch comes twice", () => {
    const put = patch({ "unlock/explorer.1": unlock(), "progress/explorer": { value: 3, target: 3, share: 1 } });
    const once = applyToWall({ items: [badge] }, put);
    expect(applyToWall(once, put)).toEqual(once);
  });

  it("opens a closed badge", () => {
    const closed = { ...badge, state: "closed" as const, hidden: true, name: "" };
    const { items } = applyToWall({ items: [closed] }, patch({ "unlock/explorer.1": unlock() }));
    expect(items[0]).toMatchObject({ state: "earned" });
    expect(items[0]?.name).toMatch(/Исследователь|Explorer/);
  });

  it("passes over a badge that it does not list", () => {
    expect(applyToWall({ items: [] }, patch({ "unlock/explorer.1": unlock() })).items).toEqual([]);
  });
});

describe("score", () => {
  it("is replaced whole", () => {
    const next = { experience: 10 } as Score;
    expect(applyToScore({ experience: 5 } as Score, patch({ score: next }))).toBe(next);
  });
});

describe("events", () => {
  const event = (id: number): RecentEvent => ({
    id,
    event_type: "login",
    amount: 1,
    points: 5,
    at: "2026-07-21T10:00:00Z",
  });
  const put = (...ids: number[]) => Object.fromEntries(ids.map((id) => [`event/${id}`, event(id)]));

  it("keep the ten newest, newest first, each once", () => {
    const old = Array.from({ length: 10 }, (_, i) => event(10 - i));
    const next = applyToEvents(old, patch(put(11, 10), ["event/1"]));
    expect(next.map((one) => one.id)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  });

  it("are exactly the snapshot after a reload", () => {
    expect(applyToEvents([event(1), event(2)], patch(put(7), [], true)).map((one) => one.id)).toEqual([7]);
  });
});
