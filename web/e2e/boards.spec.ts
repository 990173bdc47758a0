import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { execute } from "./database";
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

/** Monday of the ISO week before this league week, as boards name weeks: a league week begins on Monday at noon UTC. */
function weekName(weeksAgo: number): string {
  const day = new Date(Date.now() - 12 * 3_600_000 - weeksAgo * 7 * 86_400_000);
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((day.getTime() - first) / 86_400_000 + 1) / 7);
  return `week:${day.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}

for (const [language, scheme, league, you, days] of [
  ["ru", "light", "Лига", "это ты", /Остал(ся|ось) \d дн|новые лиги соберутся сегодня/],
  ["en", "dark", "League", "this is you", /\d days? left|new leagues gather today/],
] as const) {
  test(`a week in a league, and the way into the next one (${language}, ${scheme})`, async ({ page }) => {
    await inLanguage(page.context(), language, scheme);
    const [lev, dasha] = [await stranger("lev"), await stranger("dasha")];
    const vera = await player(page, "vera", language);
    await page.goto("/boards?view=league");
    // Newly here: no league yet, and a friendly word about the next one.
    await expect(
      page.getByText(language === "ru" ? /Лига ждёт тебя|пока без лиги/ : /A league awaits|No league for you/),
    ).toBeVisible();

    // Last week happened: three had points in it. Time is the only thing that a test cannot send by a key.
    const standing = [`(${lev.id}, 90)`, `(${vera.id}, 70)`, `(${dasha.id}, 50)`].join(", ");
    execute(
      "DELETE FROM achievement_league",
      `DELETE FROM achievement_board WHERE "window" = '${weekName(1)}'`,
      `INSERT INTO achievement_board (board, "window", user_id, value, first_at)
       SELECT 'score', '${weekName(1)}', player, points, now() - interval '7 days'
       FROM (VALUES ${standing}) AS had (player, points)`,
    );
    await event(lev, "find_secret");
    await event(vera, "find_secret");
    await event(vera, "complete_level");
    const members = page.getByRole("list", { name: language === "ru" ? "Лига недели" : "League of the week" });
    await expect(async () => {
      await page.reload();
      await expect(members.getByRole("listitem").filter({ hasText: lev.username })).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await expect(page.getByText(days)).toBeVisible();
    // Mine is marked; Dasha has not begun, and nobody points at her.
    await expect(members.getByRole("listitem").filter({ hasText: you })).toHaveAttribute("aria-current", "true");
    await expect(members.getByText(dasha.username)).toHaveCount(0);
    await page.screenshot({ path: test.info().outputPath(`league-${language}-${scheme}.png`) });
    await page.waitForTimeout(400);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);

    await page.getByRole("tab", { name: language === "ru" ? "Рейтинги" : "Leaderboards" }).click();
    await expect(page).not.toHaveURL(/view=league/);
    await page.getByRole("tab", { name: league }).click();
    await page
      .getByRole("button", {
        name: language === "ru" ? "Не показывать меня в рейтингах" : "Do not list me on leaderboards",
      })
      .click();
    await expect(members).toHaveCount(0);
  });
}
