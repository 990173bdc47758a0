import { describe, expect, it } from "vitest";
import { readDetails } from "./details";

describe("details", () => {
  it.each(["", "  ", "null"])("reads %j as nothing", (text) => {
    expect(readDetails(text)).toEqual({ value: null });
  });

  it("reads an object", () => {
    expect(readDetails('{"level": 3}')).toEqual({ value: { level: 3 } });
  });

  it.each([
    ["{", "broken"],
    ["[1]", "not_object"],
    ["5", "not_object"],
    [JSON.stringify({ a: "я".repeat(512) }), "too_long"],
  ])("refuses %s", (text, problem) => {
    expect(readDetails(text)).toEqual({ problem });
  });

  it("counts bytes, not letters", () => {
    expect(readDetails(JSON.stringify({ a: "я".repeat(500) }))).toHaveProperty("value");
  });
});
