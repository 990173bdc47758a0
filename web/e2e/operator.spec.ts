import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { publishRaw } from "./bus";
import { inLanguage, makeOperator, type Person, resident, signIn } from "./people";
import { running } from "./server";

let starosta: Person;

test.beforeAll(() => {
  starosta = makeOperator();
});

test.beforeEach(({ context }) => inLanguage(context, "ru", "light"));

async function openDesk(page: Page, tab: string): Promise<void> {
  await signIn(page, starosta);
  await page.goto("/operator");
  await page.getByRole("tab", { name: tab }).click();
}

test("health tells of every part, and a broken fact is seen, opened, sent again and discarded", async ({ page }) => {
  await signIn(page, starosta);
  await page.goto("/operator");
  const parts = page.getByRole("region", { name: "Здоровье" }).getByRole("listitem");
  await expect(parts).toHaveCount(8);

  const mark = `broken-${Date.now()}`;
  await publishRaw("accounts.password_changed", mark);
  await page.getByRole("tab", { name: "Непринятое" }).click();
  const letter = page.getByRole("listitem").filter({ hasText: mark });
  await expect(async () => {
    await page.reload();
    await expect(letter).toHaveCount(1, { timeout: 2_000 });
  }).toPass();
  await expect(letter).toContainText("accounts.password_changed");
  await expect(letter).toContainText("JSONDecodeError");
  await letter.getByText("Содержимое").click();
  await expect(letter.getByText(mark)).toBeVisible();

  // It is as broken as before, so it comes back under another number: that is what "sent again" looks like.
  await letter.getByRole("button", { name: "Отправить снова" }).click();
  await expect(page.getByText("Отправлено снова")).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(letter).toHaveCount(1, { timeout: 2_000 });
  }).toPass();
  await letter.getByRole("button", { name: "Выбросить" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Выбросить навсегда" }).click();
  await expect(page.getByText("Выброшено")).toBeVisible();
  await expect(letter).toHaveCount(0);
});

test("queues show every consumer listening", async ({ page }) => {
  await openDesk(page, "Очереди");
  await expect(page.getByRole("listitem").filter({ hasText: "notify-unlocked" })).toBeVisible();
  await expect(page.getByText("Не слушает")).toHaveCount(0);
});

test("a player's game is vouched for, counts in full, and is taken back", async ({ page, browser }) => {
  const maker = await browser.newContext();
  const theirs = await maker.newPage();
  await signIn(theirs, await resident("maker"));
  const name = `moon-${Date.now().toString(36)}`;
  const csrf = (await maker.cookies()).find((cookie) => cookie.name === "om_csrf")?.value ?? "";
  const made = await theirs.request.post("/api/v1/sources", {
    data: { name, title: name },
    headers: { "X-CSRF-Token": decodeURIComponent(csrf), Origin: running().url },
  });
  const game = (await made.json()) as { id: number };
  await theirs.goto(`/builder/${game.id}`);
  await expect(theirs.getByText("Очки этой игры пока ограничены")).toBeVisible();

  await openDesk(page, "Игры");
  const row = page.getByRole("listitem").filter({ hasText: name });
  await expect(row).toContainText("Очки ограничены");
  await row.getByRole("button", { name: `Поручиться за ${name}` }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet).toContainText("не касается прошлого");
  await sheet.getByRole("button", { name: "Поручиться" }).click();
  await expect(row).toContainText("С поручительством");
  await theirs.reload();
  await expect(theirs.getByRole("tab", { name: "Ключи" })).toBeVisible();
  await expect(theirs.getByText("Очки этой игры пока ограничены")).toBeHidden();

  await row.getByRole("button", { name: `Отозвать поручительство за ${name}` }).click();
  await sheet.getByRole("button", { name: "Отозвать поручительство" }).click();
  await expect(row).toContainText("Очки ограничены");
  await maker.close();
});

test("somebody is found, suspended with a reason, and let in again", async ({ page, browser }) => {
  const dasha = await resident("dasha");
  await openDesk(page, "Люди");
  await page.getByLabel("Имя или почта").fill(dasha.username);
  const row = page.getByRole("listitem").filter({ hasText: dasha.username });
  await expect(row).toHaveCount(1);
  await row.getByRole("button", { name: `Действия: ${dasha.username}` }).click();
  await page.getByRole("menuitem", { name: "Приостановить" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Почему").fill("спам в залах");
  await sheet.getByRole("button", { name: "Приостановить" }).click();
  await expect(row).toContainText("Приостановлен");
  await expect(row).toContainText("спам в залах");

  const context = await browser.newContext();
  const refused = await context.request.post("/api/v1/auth/login", {
    data: { login: dasha.username, password: dasha.password },
  });
  expect(refused.status()).toBe(403);
  await row.getByRole("button", { name: `Действия: ${dasha.username}` }).click();
  await page.getByRole("menuitem", { name: "Вернуть доступ" }).click();
  await expect(row).not.toContainText("Приостановлен");
  const welcome = await context.request.post("/api/v1/auth/login", {
    data: { login: dasha.username, password: dasha.password },
  });
  expect(welcome.status()).toBe(200);
  await context.close();
});

test("a rule is written with mistakes shown at their lines, tried, kept, published, backfilled and retired", async ({
  page,
}) => {
  const code = `first_${Date.now().toString(36)}`;
  await openDesk(page, "Правила");
  await page.getByRole("link", { name: "Новое правило" }).click();
  const text = page.getByLabel("Текст правила");
  await text.fill(
    [
      `code: ${code}`,
      "name: {ru: Первый вход, en: First sign-in}",
      "description: {ru: Войти., en: Sign in.}",
      "points: 5000",
      'when: {metric: no_such.count, op: ">=", value: 1}',
      "",
    ].join("\n"),
  );
  await page.getByRole("button", { name: "Пробный прогон" }).click();
  const mistakes = page.getByRole("alert");
  await expect(mistakes.getByRole("button", { name: "Строка 4" })).toBeVisible();
  await mistakes.getByRole("button", { name: "Строка 4" }).click();
  const chosen = await text.evaluate((area: HTMLTextAreaElement) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  expect(chosen).toBe("points: 5000");

  await text.fill((await text.inputValue()).replace("5000", "5"));
  await page.getByRole("button", { name: "Пробный прогон" }).click();
  await expect(mistakes).toContainText("no_such.count");
  await text.fill((await text.inputValue()).replace("no_such.count", "login.count"));
  await page.getByRole("button", { name: "Пробный прогон" }).click();
  await expect(page.getByRole("heading", { name: "Кто получил бы" })).toBeVisible();
  await expect(page.getByText(/игрок \d+/).first()).toBeVisible();

  await page.getByRole("button", { name: "Сохранить черновик" }).click();
  await expect(page.getByText("Черновик, версия 1")).toBeVisible();
  await page.getByRole("button", { name: "Опубликовать" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Опубликовать" }).click();
  await expect(page.getByText("Действует, версия 1")).toBeVisible();
  await page.getByRole("button", { name: "Пересчитать прошлое" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Пересчитать" }).click();
  await expect(page.getByText(/Провере\S+ \d+ игрок/)).toBeVisible();
  await expect(page.getByText(/выдано [1-9]/)).toBeVisible();
  await page.getByRole("button", { name: "На покой" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "На покой" }).click();
  await expect(page.getByText("На покое, версия 1")).toBeVisible();
});

test("the keyboard is never caught in the editor", async ({ page }) => {
  await signIn(page, starosta);
  await page.goto("/operator/rules/new");
  const text = page.getByLabel("Текст правила");
  await text.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Tab");
  await expect(text).toHaveValue(/^ {2}code|\n {2}/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(text).not.toBeFocused();
});

test("a player finds the desk closed", async ({ page }) => {
  await signIn(page, await resident("lev"));
  await page.goto("/operator");
  await expect(page.getByText("Это пульт старосты")).toBeVisible();
});

for (const language of ["ru", "en"] as const) {
  for (const scheme of ["light", "dark"] as const) {
    test(`every part of the desk passes axe (${language}, ${scheme})`, async ({ page, context }) => {
      test.slow();
      await inLanguage(context, language, scheme);
      await signIn(page, starosta);
      const paths = ["health", "queues", "letters", "users", "games", "rules"].map((tab) => `/operator?tab=${tab}`);
      for (const path of [...paths, "/operator/rules/newcomer", "/operator/rules/new"]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await page.waitForLoadState("networkidle");
        await page.waitForTimeout(300);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map((one) => `${path} ${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
      }
    });
  }
}
