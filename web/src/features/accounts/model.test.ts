import { describe, expect, it } from "vitest";
import { cropOf, emailTrouble, partOfDay, strengthOf, usernameTrouble } from "./model";

describe("the strength hint", () => {
  it.each([
    ["", "none"],
    ["short", "short"],
    ["password123", "weak"],
    ["qwertyuiop", "weak"],
    ["aaaaaaaaaaaaaa", "weak"],
    ["vera2024vera", "weak"],
    ["надёжная фраза из пяти слов", "strong"],
    ["correct horse battery staple", "strong"],
  ])("«%s» is %s", (password, strength) => {
    expect(strengthOf(password, ["vera", "vera@example.org"])).toBe(strength);
  });

  it("never falls when a good phrase grows", () => {
    const order = ["none", "short", "weak", "fair", "strong"];
    const phrase = "жёлтый кит плывёт домой";
    const steps = [...phrase].map((_, index) => order.indexOf(strengthOf(phrase.slice(0, index + 1), [])));
    expect(steps).toEqual(steps.toSorted((one, other) => one - other));
  });
});

it.each([
  ["ве", "short"],
  ["вера", null],
  ["lev.tolstoy-2", null],
  ["a".repeat(33), "long"],
  ["_vera", "signs"],
  ["vera.", "signs"],
  ["ve ra", "signs"],
])("the name «%s»: %s", (name, trouble) => {
  expect(usernameTrouble(name)).toBe(trouble);
});

it.each([
  ["vera@example.org", null],
  ["vera@localhost", null],
  [" vera@example.org ", null],
  ["vera", "shape"],
  ["vera@", "shape"],
])("the address «%s»: %s", (email, trouble) => {
  expect(emailTrouble(email)).toBe(trouble);
});

it.each([
  [0, "night"],
  [4, "night"],
  [5, "morning"],
  [12, "day"],
  [18, "evening"],
  [23, "evening"],
])("%s o'clock is %s", (hour, part) => {
  expect(partOfDay(hour)).toBe(part);
});

describe("the avatar's square", () => {
  it("is the whole short side at first", () => {
    expect(cropOf(400, 300, 1, 200, 150)).toEqual({ x: 50, y: 0, side: 300 });
  });

  it.each([
    [-100, -100],
    [1000, 1000],
    [0, 300],
  ])("never leaves the picture, wherever it is dragged (%s, %s)", (cx, cy) => {
    for (const zoom of [0.2, 1, 3, 6]) {
      const { x, y, side } = cropOf(400, 300, zoom, cx, cy);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + side).toBeLessThanOrEqual(400);
      expect(y + side).toBeLessThanOrEqual(300);
    }
  });
});
