import { expect, type Page, test } from "@playwright/test";
import { event, player } from "./games";
import { inLanguage, isPhone, makeOperator, resident, signIn } from "./people";
import { running } from "./server";

const OPEN = [
  "/sign-in",
  "/sign-up",
  "/letter?email=vera@example.org&sent=true",
  "/letter",
  "/forgot",
  "/reset",
  "/confirm",
];
const INSIDE = [
  "/",
  "/achievements",
  "/achievements?badge=steady",
  "/stats",
  "/boards",
  "/notices",
  "/builder",
  "/me",
  "/me/profile",
  "/me/sessions",
  "/me/account",
  "/me/games",
  "/no/such/page",
];
const DESK = [
  "/operator",
  "/operator?tab=queues",
  "/operator?tab=users",
  "/operator?tab=rules",
  "/operator/rules/steady",
];

/** What leaves the screen sideways, and words that lose their end. */
function lost(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found: string[] = [];
    if (document.documentElement.scrollWidth > width + 1) {
      found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} of ${width}`);
    }
    for (const element of document.querySelectorAll<HTMLElement>("#root *, [role=dialog] *")) {
      // Code and tabs scroll on purpose; what is read out only is drawn in one pixel.
      if (element.closest("textarea, pre, [role=tablist]") || Math.min(element.clientWidth, element.clientHeight) <= 2)
        continue;
      const isText = element.childElementCount === 0 && element.textContent?.trim();
      if (
        isText &&
        getComputedStyle(element).overflowX !== "visible" &&
        element.scrollWidth > element.clientWidth + 1
      ) {
        found.push(`cut: ${element.textContent?.trim()}`);
      }
    }
    return found;
  });
}

async function read(page: Page, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    await page.goto(running().url + path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await page.waitForLoadState("networkidle");
    found.push(...(await lost(page)).map((fault) => `${path}: ${fault}`));
    await page.screenshot({ path: test.info().outputPath(`${path.replaceAll(/\W+/g, "_")}.png`) });
  }
  return found;
}

async function twiceAsLarge(page: Page): Promise<void> {
  await page.addInitScript(() => {
    addEventListener("DOMContentLoaded", () => {
      document.documentElement.style.setProperty("font-size", "200%", "important");
    });
  });
}

for (const language of ["ru", "en"] as const) {
  test.describe(`nothing is lost in ${language}`, () => {
    test.setTimeout(240_000);

    test("when the text is twice as large", async ({ page, context }) => {
      await inLanguage(context, language);
      await twiceAsLarge(page);
      expect(await read(page, OPEN)).toEqual([]);
      const vera = await player(page, "vera");
      await event(vera, "find_secret");
      expect(await read(page, INSIDE)).toEqual([]);
    });

    test("at the operator's desk when the text is twice as large", async ({ page, context }) => {
      await inLanguage(context, language);
      await twiceAsLarge(page);
      await signIn(page, makeOperator());
      expect(await read(page, DESK)).toEqual([]);
    });

    test("when the screen is 320 wide", async ({ page, context }) => {
      test.skip(!isPhone(), "a window as narrow as that is a phone");
      await inLanguage(context, language);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await read(page, OPEN)).toEqual([]);
      const vera = await player(page, "vera");
      await event(vera, "find_secret");
      expect(await read(page, INSIDE)).toEqual([]);
    });
  });
}

test("words stand beside the egg or above it, never over it", async ({ page, context }) => {
  await inLanguage(context, "ru");
  await twiceAsLarge(page);
  await signIn(page, await resident("vera"));
  const words = await page.getByText("Здесь пока никто не живёт").boundingBox();
  const egg = await page.locator('svg[viewBox="96 160 320 320"]').first().boundingBox();
  if (!words || !egg) throw new Error("the scene has words and an egg");
  expect(words.y + words.height <= egg.y || words.x + words.width <= egg.x).toBe(true);
});

test("with reduced motion nothing moves by itself", async ({ page, context }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await inLanguage(context, "ru");
  await signIn(page, makeOperator());
  await page.waitForLoadState("networkidle");
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running").length);
  await expect.poll(moving).toBe(0);
});

test("in forced colours focus, choice and progress can still be told", async ({ page, context }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await inLanguage(context, "ru");
  const vera = await player(page, "vera");
  await event(vera, "find_secret");
  await page.goto(`${running().url}/achievements`);
  const bar = page.getByRole("progressbar").first();
  await expect(bar).toBeVisible();
  const colours = await bar.evaluate((track) =>
    [track, track.firstElementChild ?? track].map((part) => getComputedStyle(part).backgroundColor),
  );
  expect(colours[0]).not.toBe(colours[1]);
  await page.goto(`${running().url}/me`);
  const chosen = page.getByRole("button", { name: "Русский" });
  const ground = (chip: typeof chosen) => chip.evaluate((one) => getComputedStyle(one).backgroundColor);
  expect(await ground(chosen)).not.toBe(await ground(page.getByRole("button", { name: "English" })));
  await chosen.focus();
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus-visible")).toHaveCSS("outline-style", "solid");
});
