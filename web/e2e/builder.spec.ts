import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { inLanguage, isPhone, resident, signIn } from "./people";

/** A game of one's own, made through the page. */
async function makeGame(page: Page, title: string): Promise<void> {
  await page.goto("/builder");
  await page.getByRole("button", { name: "Новая игра" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Название").fill(title);
  await sheet.getByRole("button", { name: "Завести игру" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
}

async function makeKey(page: Page): Promise<string> {
  await page.getByRole("tab", { name: "Ключи" }).click();
  await page.getByRole("button", { name: "Новый ключ" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("button", { name: "Создать ключ" }).click();
  const shown = sheet.getByText(/^omk_\S{40,}$/);
  await expect(shown).toBeVisible();
  const key = (await shown.textContent()) ?? "";
  await sheet.getByRole("button", { name: "Я сохранил ключ" }).click();
  await expect(sheet).toBeHidden();
  return key;
}

/** The log stands beside everything where there is room, and is a tab of its own where there is not. */
async function log(page: Page): Promise<Locator> {
  if (isPhone()) await page.getByRole("tab", { name: "Журнал" }).click();
  return page.getByRole("region", { name: "Журнал" });
}

const title = () => `Лунный бег ${Date.now().toString(36)}`;

test.beforeEach(({ context }) => inLanguage(context, "ru", "light"));

test("a builder connects a game in minutes: key, trial event, log, repeat, refusal with what to do", async ({
  page,
}) => {
  await signIn(page, await resident("maker"));
  await makeGame(page, title());
  const key = await makeKey(page);
  await expect(page.getByText("ещё не использован")).toBeVisible();
  await expect(page.locator("body")).not.toContainText(key);

  await page.getByRole("tab", { name: "Проба" }).click();
  await page.getByLabel("Детали").fill('{"place": "attic"}');
  await page.getByRole("combobox", { name: "Событие" }).fill("find_secret");
  await page.getByRole("button", { name: "Отправить событие" }).click();
  await expect(page.getByText("Принято: смотри журнал и экран игрока")).toBeVisible();
  const answer = page.getByRole("region", { name: "Ответ" }).last();
  await expect(answer).toContainText("HTTP 201");
  // Worth fifty; a player's own game gives thirty a day until somebody vouches for it, and says so.
  await expect(answer).toContainText('"points": 30');
  await expect(page.getByText("Очки этой игры пока ограничены")).toBeVisible();
  await expect(page.getByRole("region", { name: "Запрос" }).last()).toContainText(`X-API-Key: ${key.slice(0, 8)}`);
  await expect(page.locator("body")).not.toContainText(key);

  await page.getByRole("button", { name: "Отправить ещё раз с тем же event_id" }).click();
  await expect(page.getByText("Повтор: это событие уже было")).toBeVisible();

  await page.getByRole("combobox", { name: "Событие" }).fill("no_such_event");
  await page.getByRole("button", { name: "Отправить событие" }).click();
  await expect(page.getByText("Некорректные данные события").first()).toBeVisible();
  await expect(answer).toContainText("event_service.invalid_event_data");

  const lines = await log(page);
  await expect(lines.getByRole("listitem").filter({ hasText: "find_secret" })).toHaveCount(1);
  await expect(lines.getByRole("listitem").filter({ hasText: "invalid_event_data" })).toHaveCount(1);
  await expect(page.getByText("тип должен быть известен").first()).toBeVisible();
});

test("the log shows an event that the game sends by itself, without a reload", async ({ page, request, baseURL }) => {
  await signIn(page, await resident("maker"));
  await makeGame(page, title());
  const key = await makeKey(page);
  const lines = await log(page);
  await expect(page.getByText("Пока тихо")).toBeVisible();
  const me = (await (await page.request.get("/api/v1/me")).json()) as { id: number };
  const sent = await request.post(`${baseURL}/api/v1/event/`, {
    headers: { "X-API-Key": key },
    data: { user_id: me.id, event_type: "login", details: null },
  });
  expect(sent.status()).toBe(201);
  await expect(lines.getByRole("listitem").filter({ hasText: "login" })).toBeVisible();
});

test("an event type of one's own is made, mended and sent", async ({ page }) => {
  await signIn(page, await resident("maker"));
  await makeGame(page, title());
  await makeKey(page);
  await page.getByRole("tab", { name: "События" }).click();
  await page.getByRole("button", { name: "Новое событие" }).click();
  const sheet = page.getByRole("dialog");
  const code = `race_${Date.now().toString(36)}`;
  await sheet.getByRole("button", { name: "Сохранить" }).click();
  await expect(sheet.getByText("Нужно название").first()).toBeVisible();
  await sheet.getByLabel("Название по-русски").fill("Гонка выиграна");
  await sheet.getByLabel("Название по-английски").fill("Race won");
  await sheet.getByLabel("Код").fill(code);
  await sheet.getByLabel("Очки за событие").fill("500");
  await sheet.getByRole("button", { name: "Сохранить" }).click();
  await expect(sheet.getByText("Целое число от 0 до 100")).toBeVisible();
  await sheet.getByLabel("Очки за событие").fill("10");
  await sheet.getByRole("button", { name: "Сохранить" }).click();
  await expect(page.getByRole("button", { name: /Гонка выиграна/ })).toContainText("10 очков");

  await page.getByRole("button", { name: /Гонка выиграна/ }).click();
  await sheet.getByLabel("Очки за событие").fill("12");
  await sheet.getByRole("button", { name: "Сохранить" }).click();
  await expect(page.getByRole("button", { name: /Гонка выиграна/ })).toContainText("12 очков");

  await page.getByRole("tab", { name: "Проба" }).click();
  await page.getByRole("combobox", { name: "Событие" }).fill(code);
  await expect(async () => {
    await page.getByRole("button", { name: "Отправить событие" }).click();
    await expect(page.getByText('"points": 12')).toBeVisible({ timeout: 1_000 });
  }).toPass();
});

test("a revoked key is refused within five seconds", async ({ page, request, baseURL }) => {
  await signIn(page, await resident("maker"));
  await makeGame(page, title());
  const key = await makeKey(page);
  await page.getByRole("button", { name: /^Отозвать/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Отозвать ключ" }).click();
  await expect(page.getByText("Ключ отозван")).toBeVisible();
  await expect(async () => {
    const answer = await request.post(`${baseURL}/api/v1/event/`, {
      headers: { "X-API-Key": key },
      data: { user_id: 1, event_type: "login", details: null },
    });
    expect(((await answer.json()) as { code: string }).code).toBe("achievement.key_revoked");
  }).toPass({ timeout: 5_000 });
});

test("a player who tells the code of the profile is linked", async ({ page, browser }) => {
  const vera = await resident("vera");
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await signIn(theirs, vera);
  const { code } = (await (await theirs.request.get("/api/v1/me/link-code")).json()) as { code: string };
  await context.close();

  await signIn(page, await resident("maker"));
  await makeGame(page, title());
  await page.getByRole("tab", { name: "Игроки" }).click();
  await page.getByLabel("Код игрока").fill("XXXXXXXX");
  await page.getByRole("button", { name: "Привязать" }).click();
  await expect(page.getByText("Код связи неверен или старше десяти минут")).toBeVisible();
  await page.getByLabel("Код игрока").fill(code.toLowerCase());
  await page.getByRole("button", { name: "Привязать" }).click();
  await expect(page.getByText(new RegExp(`${vera.username} \\(ID \\d+\\) в игре`))).toBeVisible();
  await expect(page.getByText("2 игрока").first()).toBeVisible();
});

for (const language of ["ru", "en"] as const) {
  for (const scheme of ["light", "dark"] as const) {
    test(`every part of a game passes axe (${language}, ${scheme})`, async ({ page, context }) => {
      test.slow();
      await inLanguage(context, language, scheme);
      await signIn(page, await resident("maker", language));
      const made = await page.evaluate(async () => {
        const csrf = /om_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
        const answer = await fetch("/api/v1/sources", {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
          body: JSON.stringify({ name: `axe-${Date.now().toString(36)}`, title: "Axe" }),
        });
        return (await answer.json()) as { id: number };
      });
      for (const tab of ["keys", "types", "try", "players", "log"]) {
        await page.goto(`/builder/${made.id}?tab=${tab}`);
        await expect(page.getByRole("tabpanel")).toBeVisible();
        await page.waitForLoadState("networkidle");
        await page.waitForTimeout(300);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map((one) => `${tab} ${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
      }
    });
  }
}
