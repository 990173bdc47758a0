import { describe, expect, it } from "vitest";
import { type AppLog, lines } from "./log";

const log: AppLog = {
  events: [
    { id: 9, user_id: 1, event_type: "login", amount: 1, points: 5, at: "2026-05-01T10:00:00Z" },
    { id: 10, user_id: 1, event_type: "login", amount: 1, points: 5, at: "2026-05-01T10:00:00Z" },
  ],
  refusals: [{ id: 3, at: "2026-05-01T10:00:01Z", code: "achievement.too_fast", params: {} }],
};

describe("the log", () => {
  it("mixes both kinds, newest first; of one moment the later id first", () => {
    expect(lines(log, "all").map((line) => line.key)).toEqual(["r3", "e10", "e9"]);
  });

  it("shows one kind when asked", () => {
    expect(lines(log, "events").map((line) => line.kind)).toEqual(["event", "event"]);
    expect(lines(log, "refusals").map((line) => line.key)).toEqual(["r3"]);
  });

  it("leaves its input as it was", () => {
    lines(log, "all");
    expect(log.events.map((event) => event.id)).toEqual([9, 10]);
  });
});
