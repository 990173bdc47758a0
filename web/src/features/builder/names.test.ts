import { describe, expect, it } from "vitest";
import { machineName } from "./names";

describe("machine names", () => {
  it.each([
    ["Лунный бег", "lunnyy_beg"],
    ["Café del Mar", "cafe_del_mar"],
    ["  2048: the game ", "the_game"],
    ["Щука & ёж", "schuka_ezh"],
    ["!!!", ""],
  ])("%s → %s", (title, name) => {
    expect(machineName(title, "_", 32)).toBe(name);
  });

  it("never ends in a joint when cut", () => {
    expect(machineName("abc def", "_", 4)).toBe("abc");
  });
});
