import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { event, player, stranger } from "./games";
import { inLanguage } from "./people";

test("players stand by their points, and whoever would rather not, does not stand there", async ({ page }) => {
  await inLanguage(page.context(), "ru", "light");
  const lev = await stranger("lev");
  const vera = await player(page, "vera");
  for (let i = 0; i < 4; i += 1) await event(vera, "find_secret");
  await event(lev, "find_secret");

  await page.goto("/boards");
  const places = page.getByRole("list", { name: "Места" });
  await expect(async () => {
    await page.reload();
    await expect(places.getByRole("listitem").filter({ hasText: lev.username })).toBeVisible({ timeout: 2_000 });
  }).toPass();
  const names = await places.getByRole("listitem").allInnerTexts();
  const at = (username: string) => names.findIndex((text) => text.includes(username));
  const mine = names.findIndex((text) => text.includes("это ты"));
  expect(mine).toBeLessThan(at(lev.username));
  expect(mine).toBeGreaterThanOrEqual(0);

  await page.getByText("День", { exact: true }).click();
  await expect(page).toHaveURL(/window=day/);
  await expect(places.getByText("это ты")).toBeVisible();

  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);

  await page.getByRole("button", { name: "Не показывать меня в рейтингах" }).click();
  await expect(page.getByText("Больше не показываем тебя в рейтингах")).toBeVisible();
  await expect(page.getByText("это ты")).toBeHidden();
  await page.getByRole("button", { name: "Вернуть" }).click();
  await expect(places.getByText("это ты")).toBeVisible();
});
