import { describe, expect, it } from "vitest";
import { groupRefusals, type Refusal, type Road, steps } from "./health";

const refusal = (code: string, at: string): Refusal => ({ code, at, params: {} });
const empty: Road = { liveKeys: 0, accepted: 0, lastAcceptedAt: null, refusals: [] };
const states = (road: Road) => steps(road).map((step) => step.state);

describe("the road of an event", () => {
  it("begins with a key", () => {
    expect(states(empty)).toEqual(["wrong", "waiting", "waiting", "waiting"]);
  });

  it("waits for the first event once there is a key", () => {
    expect(states({ ...empty, liveKeys: 1 })).toEqual(["done", "waiting", "waiting", "waiting"]);
  });

  it("names refusals when everything so far was refused", () => {
    const road = { ...empty, liveKeys: 1, refusals: [refusal("x", "2026-05-01T10:00:00Z")] };
    expect(states(road)).toEqual(["done", "done", "wrong", "wrong"]);
  });

  it("is well when an event came after the last refusal", () => {
    const road: Road = {
      liveKeys: 1,
      accepted: 3,
      lastAcceptedAt: "2026-05-01T11:00:00Z",
      refusals: [refusal("x", "2026-05-01T10:00:00Z")],
    };
    expect(states(road)).toEqual(["done", "done", "done", "done"]);
  });

  it("worries when the newest thing is a refusal", () => {
    const road: Road = {
      liveKeys: 1,
      accepted: 3,
      lastAcceptedAt: "2026-05-01T09:00:00Z",
      refusals: [refusal("x", "2026-05-01T08:00:00Z"), refusal("x", "2026-05-01T10:00:00Z")],
    };
    expect(steps(road).at(-1)).toEqual({ id: "recent", state: "wrong" });
  });
});

describe("refusals by code", () => {
  it("counts them and keeps the newest of each", () => {
    const groups = groupRefusals([
      refusal("a", "2026-05-01T10:00:00Z"),
      refusal("b", "2026-05-01T11:00:00Z"),
      refusal("a", "2026-05-01T09:00:00Z"),
    ]);
    expect(groups.map((group) => [group.code, group.count, group.last.at])).toEqual([
      ["a", 2, "2026-05-01T10:00:00Z"],
      ["b", 1, "2026-05-01T11:00:00Z"],
    ]);
  });
});
