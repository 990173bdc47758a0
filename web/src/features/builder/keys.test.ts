import { describe, expect, it } from "vitest";
import { endOf, keyState, liveFirst } from "./keys";

const now = new Date("2026-05-01T12:00:00Z");
const key = (created_at: string, revoked_at: string | null = null, expires_at: string | null = null) => ({
  created_at,
  revoked_at,
  expires_at,
});

describe("the life of a key", () => {
  it.each([
    [key("2026-01-01"), "live"],
    [key("2026-01-01", "2026-02-01"), "revoked"],
    [key("2026-01-01", null, "2026-05-01T12:00:00Z"), "expired"],
    [key("2026-01-01", null, "2026-05-01T12:00:01Z"), "live"],
    [key("2026-01-01", "2026-02-01", "2026-03-01T00:00:00Z"), "revoked"],
  ])("%j is %s", (one, state) => {
    expect(keyState(one, now)).toBe(state);
  });

  it("lists live keys first, then the newest", () => {
    const keys = [
      key("2026-03-01", "2026-04-01"),
      key("2026-01-01"),
      key("2026-02-01"),
      key("2026-02-15", "2026-03-01"),
    ];
    expect(liveFirst(keys, now).map((one) => one.created_at)).toEqual([
      "2026-02-01",
      "2026-01-01",
      "2026-03-01",
      "2026-02-15",
    ]);
  });

  it("ends after as many days as chosen", () => {
    expect(endOf("forever", now)).toBeNull();
    expect(endOf("30", now)).toBe("2026-05-31T12:00:00.000Z");
  });
});
