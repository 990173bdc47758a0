import { expect, test } from "@playwright/test";
import { inLanguage, isPhone, resident } from "./people";
import { running } from "./server";

test("the whole way by keyboard: sign in, skip to content, palette, badges, theme", async ({ page, context }) => {
  test.skip(isPhone(), "a keyboard belongs to a desktop");
  await inLanguage(context, "ru", "light");
  const person = await resident("vera");
  await page.goto(`${running().url}/sign-in`);
  const login = page.getByLabel("Имя или почта");
  for (let step = 0; step < 8 && !(await login.evaluate((field) => field === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(login).toBeFocused();
  await page.keyboard.type(person.username);
  await page.keyboard.press("Tab");
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation")).toBeVisible();

  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "К содержанию" });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();

  await page.keyboard.press("Control+k");
  const search = page.getByPlaceholder("Куда пойти или что сделать");
  await expect(search).toBeFocused();
  await page.keyboard.type("знач");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/achievements/);

  await page.keyboard.press("Control+k");
  await expect(search).toBeFocused();
  await page.keyboard.type("тёмная");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(search).toBeHidden();

  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => {
    const focused = document.activeElement;
    return focused ? getComputedStyle(focused).outlineStyle : "none";
  });
  expect(outline).not.toBe("none");
});
