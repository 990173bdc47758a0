import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { event, player, stillOpen, watchReloads } from "./games";
import { inLanguage } from "./people";

test("numbers, charts and the list of events follow a game while the page is open", async ({ page, context }) => {
  await inLanguage(context, "en", "dark");
  const vera = await player(page, "vera", "en");
  await page.goto("/stats");
  await expect(page.getByText("Sign-in").first()).toBeVisible();
  await watchReloads(page);

  await event(vera, "find_secret", { amount: 2 });
  await event(vera, "complete_level");
  await expect(page.getByText("125", { exact: true })).toBeVisible();
  await expect(page.getByText("Secret found × 2")).toBeVisible();
  await expect(page.getByText(/125 points, 1 day with events/)).toBeVisible();
  await stillOpen(page);

  await page.getByRole("button", { name: "Show as a table" }).first().click();
  await expect(page.getByRole("row", { name: /3 125$/ })).toBeVisible();

  const today = page.locator('[data-day][aria-selected="true"]');
  await today.focus();
  await expect(today).toHaveAccessibleName(/: 3 events$/);
  await page.keyboard.press("ArrowLeft");
  await expect(page.locator("[data-day]:focus")).toHaveAccessibleName(/: no events$/);

  await page.waitForTimeout(400);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
});

test("numbers that did not come say so and come on a second try", async ({ page, context }) => {
  await inLanguage(context, "ru", "light");
  await page.route("**/api/v1/stats/*", (route) =>
    route.fulfill({ status: 503, headers: { "Retry-After": "1" }, json: { code: "kit.unavailable" } }),
  );
  await player(page, "dasha");
  await page.goto("/stats");
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("kit.unavailable");
  await page.unroute("**/api/v1/stats/*");
  await alert.getByRole("button").click();
  await expect(page.getByText("очков за события")).toBeVisible();
});
