import { describe, expect, it } from "vitest";
import { applyLog } from "./live";
import type { AppLog } from "./log";

const event = (id: number) => ({
  id,
  user_id: 1,
  event_type: "login",
  amount: 1,
  points: 5,
  at: "2026-05-01T10:00:00Z",
});
const refusal = (id: number) => ({ id, at: "2026-05-01T10:00:00Z", code: "kit.validation", params: {} });
const patch = (put: Record<string, unknown>, drop: string[] = [], whole = false) => ({ put, drop, why: null, whole });

describe("patches of a game's stream", () => {
  it("add, replace and drop lines", () => {
    const before: AppLog = { events: [event(1), event(2)], refusals: [refusal(7)] };
    const after = applyLog(
      before,
      patch({ "event/3": event(3), "event/2": { ...event(2), points: 9 } }, ["event/1", "refusal/7"]),
    );
    expect(after.events.map((one) => [one.id, one.points])).toEqual([
      [2, 9],
      [3, 5],
    ]);
    expect(after.refusals).toEqual([]);
  });

  it("applied twice change nothing more", () => {
    const one = patch({ "event/3": event(3), "refusal/8": refusal(8) });
    const once = applyLog(undefined, one);
    expect(applyLog(once, one)).toEqual(once);
  });

  it("that are whole forget what they do not name", () => {
    const before: AppLog = { events: [event(1)], refusals: [refusal(7)] };
    expect(applyLog(before, patch({ "event/5": event(5) }, [], true))).toEqual({ events: [event(5)], refusals: [] });
  });
});
