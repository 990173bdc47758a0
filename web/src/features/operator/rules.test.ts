import { describe, expect, it } from "vitest";
import { asText, findRules } from "./rules";

const rule = (code: string, state: string, ru: string, en: string) => ({ code, state, name: { ru, en } });
const rules = [
  rule("newcomer", "live", "Новичок", "Newcomer"),
  rule("draft_one", "draft", "Проба", "Trial"),
  rule("old", "retired", "Старое", "Old"),
];

describe("finding rules", () => {
  it.each([
    ["all", "", ["newcomer", "draft_one", "old"]],
    ["live", "", ["newcomer"]],
    ["all", "нович", ["newcomer"]],
    ["all", "TRIAL", ["draft_one"]],
    ["retired", "newcomer", []],
  ] as const)("in %s by %j", (filter, words, codes) => {
    expect(findRules(rules, filter, words).map((one) => one.code)).toEqual(codes);
  });
});

describe("a rule as text", () => {
  it("puts short things on one line and long ones in blocks", () => {
    const text = asText({
      code: "odd_night",
      hidden: "criteria",
      points: 10,
      name: { ru: "Странная ночь", en: "Odd night" },
      when: {
        all: [
          { metric: "find_secret.count", window: "day", op: ">=", value: 2 },
          { sequence: ["game_lost", "game_won"], within: "10m" },
        ],
      },
    });
    expect(text).toBe(
      [
        "code: odd_night",
        "hidden: criteria",
        "points: 10",
        "name: {ru: Странная ночь, en: Odd night}",
        "when:",
        "  all:",
        '    - {metric: find_secret.count, window: day, op: ">=", value: 2}',
        '    - {sequence: [game_lost, game_won], within: "10m"}',
        "",
      ].join("\n"),
    );
  });

  it.each([
    ["no", '"no"'],
    ["Да", "Да"],
    ["a: b", '"a: b"'],
    ["10m", '"10m"'],
    ["", '""'],
    ["ends ", '"ends "'],
    ["# not a comment", '"# not a comment"'],
    ["-dash", '"-dash"'],
  ])("quotes %j only where YAML would read it otherwise", (value, written) => {
    expect(asText({ x: value })).toBe(`x: ${written}\n`);
  });
});
