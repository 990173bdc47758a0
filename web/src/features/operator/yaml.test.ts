import { describe, expect, it } from "vitest";
import { problemsOf, rangeOfLine } from "./yaml";

describe("problems of a rule", () => {
  it("are read in the order of their lines", () => {
    const params = {
      problems: [
        { file: "", line: 4, reason: "unknown_metric", text: "Неизвестная метрика x" },
        { file: "", line: 2, reason: "bad_code" },
      ],
    };
    expect(problemsOf(params).map((one) => [one.line, one.text])).toEqual([
      [2, "bad_code"],
      [4, "Неизвестная метрика x"],
    ]);
  });

  it.each([{}, { problems: "x" }, { problems: [null, 5, {}] }])("are none in %j", (params) => {
    expect(problemsOf(params)).toEqual([]);
  });
});

describe("the range of a line", () => {
  const text = "code: a\npoints: 5\n\nend";
  it.each([
    [1, "code: a"],
    [2, "points: 5"],
    [3, ""],
    [4, "end"],
    [99, "end"],
    [0, "code: a"],
  ])("of line %d", (line, said) => {
    expect(text.slice(...rangeOfLine(text, line))).toBe(said);
  });
});
