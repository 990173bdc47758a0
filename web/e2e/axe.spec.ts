import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { inLanguage, makeOperator, type Person, resident, signIn } from "./people";
import { running } from "./server";

const OPEN = [
  "/sign-in",
  "/sign-up",
  "/letter?email=vera@example.org&sent=true",
  "/letter",
  "/forgot",
  "/reset?token=x",
  "/reset",
  "/confirm?token=x",
  "/confirm",
  "/email?token=x",
  "/email",
  "/no/such/page",
];
const INSIDE = [
  "/",
  "/achievements",
  "/stats",
  "/boards",
  "/notices",
  "/builder",
  "/builder/1",
  "/operator",
  "/operator?tab=queues",
  "/operator?tab=users",
  "/operator?tab=rules",
  "/operator/rules/steady",
  "/operator/rules/new",
  "/me",
  "/me/profile",
  "/me/sessions",
  "/me/account",
  "/me/games",
  "/no/such/page",
];

async function faults(page: Page, path: string): Promise<string[]> {
  await page.goto(running().url + path);
  await expect(page.getByRole("heading", { level: 1 }).or(page.getByRole("alert")).first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  // Colours are measured when nothing is half-way through a transition.
  await page.waitForTimeout(300);
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${path}: ${id} at ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
  );
}

for (const scheme of ["light", "dark"] as const) {
  test.describe(`axe finds nothing in the ${scheme} theme`, () => {
    test.use({ reducedMotion: "reduce" } as object);
    test.setTimeout(240_000);

    test("at the door", async ({ page, context }) => {
      await inLanguage(context, "en", scheme);
      const found: string[] = [];
      for (const path of OPEN) found.push(...(await faults(page, path)));
      expect(found).toEqual([]);
    });

    test("where a page could not begin", async ({ browser }) => {
      // Without its worker, so that the test may cut the wire; nothing is saved yet.
      const context = await browser.newContext({ serviceWorkers: "block", reducedMotion: "reduce" });
      await inLanguage(context, "ru", scheme);
      const page = await context.newPage();
      await signIn(page, await resident("vera"));
      await page.route("**/api/v1/me", (route) => route.abort());
      await page.evaluate(() =>
        indexedDB.databases().then((all) => all.map(({ name }) => name && indexedDB.deleteDatabase(name))),
      );
      const found = await faults(page, "/stats");
      await expect(page.getByRole("button", { name: "Повторить" })).toBeVisible();
      expect(found).toEqual([]);
      await page.unroute("**/api/v1/me");
      await page.getByRole("button", { name: "Повторить" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Статистика");
      await context.close();
    });

    test("inside", async ({ page, context }) => {
      await inLanguage(context, "ru", scheme);
      const operator: Person = makeOperator();
      await signIn(page, operator);
      const found: string[] = [];
      for (const path of INSIDE) {
        found.push(...(await faults(page, path)));
        await page.screenshot({ path: test.info().outputPath(`${path.replaceAll("/", "_")}.png`), fullPage: true });
      }
      expect(found).toEqual([]);
    });
  });
}
