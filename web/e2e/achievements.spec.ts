import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { event, player, stillOpen, watchReloads } from "./games";
import { inLanguage } from "./people";

/** The badge by its name, whatever stands under it. */
const badge = (page: Page, name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) });
const drawing = (page: Page, name: string, state: string) => badge(page, name).locator(`svg[data-state="${state}"]`);

test.beforeEach(({ context }) => inLanguage(context, "ru", "light"));

test("a game's events unlock the first three badges on an open page, without a reload", async ({ page }) => {
  const vera = await player(page, "vera");
  await page.goto("/achievements");
  await expect(drawing(page, "Новичок", "earned")).toBeVisible();
  await watchReloads(page);

  for (let i = 0; i < 3; i += 1) await event(vera, "find_secret");
  await expect(drawing(page, "Исследователь", "earned")).toBeVisible();
  await expect(page.getByText(/Поздравляем! Вы получили достижени\S+ .*Исследователь/)).toBeVisible();

  for (let i = 0; i < 10; i += 1) await event(vera, "complete_level");
  await expect(drawing(page, "Мастер", "earned")).toBeVisible();
  await expect(page.getByRole("link", { name: /Уровень \d+:/ }).first()).toBeVisible();
  await stillOpen(page);
});

test("the why of a badge opens, reads and closes by keyboard", async ({ page }) => {
  const lev = await player(page, "lev");
  await event(lev, "find_secret");
  await page.goto("/achievements");
  await page.getByRole("button", { name: "Искать значок" }).press("Enter");
  await page.getByRole("searchbox").fill("исследователь");
  await expect(badge(page, "Исследователь")).toContainText("1 из 3");

  await badge(page, "Исследователь").press("Enter");
  const sheet = page.getByRole("dialog");
  await expect(sheet).toContainText("Секрет найден: не меньше 3");
  await expect(sheet).toContainText("1 из 3 · осталось 2");
  await expect(sheet.getByRole("img", { name: "Ещё нет" })).toBeVisible();
  await expect(page).toHaveURL(/badge=explorer/);

  await event(lev, "find_secret");
  await expect(sheet).toContainText("2 из 3 · осталось 1");
  await event(lev, "find_secret");
  await expect(sheet.getByRole("img", { name: "Выполнено" })).toBeVisible();

  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(badge(page, "Исследователь")).toBeFocused();
});

test("an earned badge is saved as a picture", async ({ page }) => {
  await player(page, "dasha");
  await page.goto("/achievements?badge=newcomer");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Сохранить картинку" }).click();
  const file = await (await download).createReadStream();
  const bytes = Buffer.concat(await file.toArray());
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  expect(bytes.readUInt32BE(16)).toBe(1080);
  expect(bytes.readUInt32BE(20)).toBe(1080);
});

for (const scheme of ["light", "dark"] as const) {
  test(`badges, notices and the why pass axe (${scheme})`, async ({ page, context }) => {
    await inLanguage(context, "en", scheme);
    const vera = await player(page, "axe", "en");
    for (let i = 0; i < 3; i += 1) await event(vera, "find_secret");
    for (const [path, sign] of [
      ["/achievements?q=", "Explorer"],
      ["/achievements?badge=explorer", "Find three secrets."],
      ["/achievements?badge=master", "Complete ten levels."],
      ["/notices", "Congratulations"],
    ] as const) {
      await page.goto(path);
      await expect(page.getByText(sign).first()).toBeVisible();
      // Colours are judged when nothing moves any more.
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
    }
  });
}
