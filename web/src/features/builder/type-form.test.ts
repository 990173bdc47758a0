import { describe, expect, it } from "vitest";
import { emptyForm, readForm, type TypeForm } from "./type-form";

const good: TypeForm = { ...emptyForm, code: "race_won", nameRu: "Гонка выиграна", nameEn: "Race won", points: "10" };

describe("the event type editor", () => {
  it("reads what was typed", () => {
    expect(readForm({ ...good, perHour: "20", schema: '{"type":"object"}' })).toEqual({
      values: {
        name: { ru: "Гонка выиграна", en: "Race won" },
        points: 10,
        amount_max: 1,
        per_hour: 20,
        client_allowed: false,
        schema: { type: "object" },
      },
    });
  });

  it.each<[Partial<TypeForm>, string]>([
    [{ code: "Race" }, "code"],
    [{ code: "" }, "code"],
    [{ nameEn: "  " }, "nameEn"],
    [{ points: "-1" }, "points"],
    [{ points: "101" }, "points"],
    [{ points: "1.5" }, "points"],
    [{ amountMax: "0" }, "amountMax"],
    [{ perHour: "0" }, "perHour"],
    [{ schema: "[1]" }, "schema"],
    [{ schema: "{" }, "schema"],
  ])("points at the field of %j", (change, field) => {
    const read = readForm({ ...good, ...change });
    expect("problems" in read ? Object.keys(read.problems) : []).toEqual([field]);
  });

  it("holds a player's device to an amount of one", () => {
    const read = readForm({ ...good, client: true, amountMax: "500" });
    expect("values" in read && read.values.amount_max).toBe(1);
  });

  it("names every wrong field at once", () => {
    const read = readForm(emptyForm);
    expect("problems" in read && Object.keys(read.problems).sort()).toEqual(["code", "nameEn", "nameRu"]);
  });
});
