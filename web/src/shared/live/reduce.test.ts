import { describe, expect, it } from "vitest";
import { afterClose, applyFrame, backoff, checksum, judge, provenBy } from "./reduce";

describe("the gap rule", () => {
  it.each([
    [null, 0, 1, "gap"],
    [5, 3, 5, "drop"],
    [5, 3, 4, "drop"],
    [5, 5, 6, "apply"],
    [5, 3, 7, "apply"],
    [5, 6, 7, "gap"],
  ] as const)("at %s a frame (%s, %s] is: %s", (mine, from, to, verdict) => {
    expect(judge(mine, { from, to })).toBe(verdict);
  });
});

describe("applying a frame", () => {
  const base = { version: 5, entities: { score: 10, "event/1": { id: 1 } } };

  it("puts whole values, drops keys and moves the version", () => {
    expect(applyFrame(base, { to: 7, put: { score: 12 }, drop: ["event/1"] })).toEqual({
      version: 7,
      entities: { score: 12 },
    });
  });

  it("moves only the version when the frame is void", () => {
    expect(applyFrame(base, { to: 6 })).toEqual({ version: 6, entities: base.entities });
  });

  it("leaves the old base as it was", () => {
    applyFrame(base, { to: 6, put: { score: 99 } });
    expect(base.entities.score).toBe(10);
  });

  it("comes to the same when applied twice", () => {
    const frame = { to: 6, put: { score: 11 }, drop: ["event/1"] };
    expect(applyFrame(applyFrame(base, frame), frame)).toEqual(applyFrame(base, frame));
  });
});

it("sums versions modulo 2³²", () => {
  expect(checksum([2 ** 32 - 1, 3])).toBe(2);
  expect(checksum([])).toBe(0);
});

it("finds the commands that a frame proves", () => {
  expect(provenBy({ "m/1": { client_id: "a" }, "m/2": { client_id: 7 }, head: null, score: 3 })).toEqual(["a"]);
});

it("waits longer with each failure, at most thirty seconds", () => {
  expect([0, 1, 4, 5, 40].map((attempt) => backoff(attempt, () => 1))).toEqual([1_000, 2_000, 16_000, 30_000, 30_000]);
  expect(backoff(5, () => 0)).toBe(0);
});

it.each([
  [1006, "again"],
  [1012, "again"],
  [4400, "stop"],
  [4401, "refresh"],
  [4403, "stop"],
  [4408, "again"],
  [4409, "sleep"],
  [4410, "update"],
  [4411, "again"],
  [4429, "wait"],
  [4503, "again"],
])("close code %s asks to: %s", (code, step) => {
  expect(afterClose(code).step).toBe(step);
});
