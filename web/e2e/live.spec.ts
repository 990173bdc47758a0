import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { vouch } from "./games";
import { inLanguage, resident, signIn } from "./people";
import { running } from "./server";

const at = (path: string) => running().url + path;

/** Congratulations are for what happens now: before the stream is followed, things are simply there. */
const followed = (page: Page) => expect(page.locator('[data-socket="open"]')).toBeAttached({ timeout: 20_000 });

/** A game of one's own, linked to oneself, made through the API in the person's session; the operator vouches for it. */
async function ownGame(context: BrowserContext): Promise<{ send: (type: string) => Promise<void> }> {
  const csrf = (await context.cookies()).find((cookie) => cookie.name === "om_csrf")?.value ?? "";
  const headers = { "X-CSRF-Token": decodeURIComponent(csrf), Origin: running().url };
  const ask = async (path: string, data?: object) => {
    const response = await (data ? context.request.post(at(path), { data, headers }) : context.request.get(at(path)));
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true);
    return response.json();
  };
  const me = await ask("/api/v1/me");
  const game = await ask("/api/v1/sources", { name: `maze${me.id}`, title: "Лабиринт" });
  await vouch(game.id);
  const { key } = await ask(`/api/v1/sources/${game.id}/keys`, { name: "main" });
  const { code } = await ask("/api/v1/me/link-code");
  await ask(`/api/v1/sources/${game.id}/links`, { code });
  return {
    send: async (type) => {
      const response = await fetch(at("/api/v1/event/"), {
        method: "POST",
        headers: { "X-API-Key": key, "Content-Type": "application/json" },
        body: JSON.stringify({ user_id: me.id, event_type: type, details: null }),
      });
      expect(response.status).toBe(201);
    },
  };
}

test("events of a game move the open screen: list, level and congratulation, without a reload", async ({
  page,
  context,
}) => {
  await inLanguage(context, "ru");
  await signIn(page, await resident("vera"));
  const game = await ownGame(context);
  await expect(page.getByText("Вход", { exact: true })).toBeVisible();
  await followed(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  for (let secret = 0; secret < 3; secret += 1) await game.send("find_secret");
  await expect(page.getByRole("status").filter({ hasText: "Исследователь" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Секрет найден")).toHaveCount(3);
  await page.screenshot({ path: test.info().outputPath("unlock.png") });
  for (let level = 0; level < 10; level += 1) await game.send("complete_level");
  await expect(page.getByRole("status").filter({ hasText: "Мастер" })).toBeVisible({ timeout: 30_000 });
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
});

test("what happened while the socket was away is there when it is back", async ({ page, context }) => {
  await inLanguage(context, "ru");
  await signIn(page, await resident("lev"));
  const game = await ownGame(context);
  await expect(page.getByText("Вход", { exact: true })).toBeVisible();
  await followed(page);
  await context.setOffline(true);
  await expect(page.getByText("Нет связи. Показываем то, что сохранено")).toBeVisible();
  await game.send("find_secret");
  await game.send("complete_level");
  await context.setOffline(false);
  await expect(page.getByText("Секрет найден")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("Уровень пройден")).toBeVisible();
  await expect(page.getByText("Нет связи. Показываем то, что сохранено")).toBeHidden();
});

test("one tab holds the socket; when it closes the other takes over", async ({ page, context }) => {
  await inLanguage(context, "ru");
  await signIn(page, await resident("dasha"));
  const game = await ownGame(context);
  await expect(page.getByText("Вход", { exact: true })).toBeVisible();
  await followed(page);
  const second = await context.newPage();
  const sockets: string[] = [];
  second.on("websocket", (socket) => sockets.push(socket.url()));
  await second.goto(at("/"));
  await expect(second.getByText("Вход", { exact: true })).toBeVisible();
  await game.send("find_secret");
  await expect(second.getByText("Секрет найден")).toHaveCount(1);
  expect(sockets).toEqual([]);
  await page.close();
  await expect.poll(() => sockets.length).toBe(1);
  await game.send("complete_level");
  await expect(second.getByText("Уровень пройден")).toHaveCount(1);
});
