import { describe, expect, it } from "vitest";
import { bytes, span, worstFirst } from "./model";

describe("figures", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KB"],
    [20 * 1024 ** 2, "20 MB"],
    [3.26 * 1024 ** 3, "3.3 GB"],
    [5000 * 1024 ** 4, "5000 TB"],
  ])("%d bytes", (count, said) => {
    const { value, unit } = bytes(count);
    expect(`${value} ${unit}`).toBe(said);
  });

  it.each([
    [0.04, "0 seconds"],
    [1.26, "1.3 seconds"],
    [42.4, "42 seconds"],
    [90, "2 minutes"],
    [5400, "2 hours"],
    [172_800, "2 days"],
  ])("%d seconds", (seconds, said) => {
    const { value, unit } = span(seconds);
    expect(`${value} ${unit}`).toBe(said);
  });

  it("puts what is unwell first and keeps the order otherwise", () => {
    const parts = [
      { part: "a", state: "ok" as const },
      { part: "b", state: "down" as const },
      { part: "c", state: "strained" as const },
      { part: "d", state: "ok" as const },
    ];
    expect(worstFirst(parts).map((one) => one.part)).toEqual(["b", "c", "a", "d"]);
  });
});
