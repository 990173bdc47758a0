import { deflateSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { inLanguage, isPhone, linkFrom, resident, signIn } from "./people";
import { running } from "./server";

const at = (path: string) => running().url + path;

test("signing another device out closes its page by itself", async ({ page, browser, context }) => {
  await inLanguage(context, "ru");
  const person = await resident("vera");
  await signIn(page, person);
  const elsewhere = await browser.newContext({
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  });
  const other = await elsewhere.newPage();
  await signIn(other, person);
  await expect(other.locator('[data-socket="open"]')).toBeAttached({ timeout: 20_000 });

  await page.goto(at("/me/sessions"));
  await expect(page.getByText("Это устройство")).toBeVisible();
  await page.getByRole("button", { name: /Закончить вход: Firefox/ }).click();
  await expect(page.getByRole("button", { name: /Закончить вход: Firefox/ })).toHaveCount(0);
  await expect(other).toHaveURL(/\/sign-in/, { timeout: 30_000 });
  await expect(page.getByText("Это устройство")).toBeVisible();
  await elsewhere.close();
});

test("signing out everywhere asks first and leaves nothing behind", async ({ page, context }) => {
  await inLanguage(context, "ru");
  const person = await resident("lev");
  await signIn(page, person);
  await expect
    .poll(() => page.evaluate(async () => (await indexedDB.databases()).map((db) => db.name)))
    .toContain("omenigen-live");
  await page.goto(at("/me/sessions"));
  await page.getByRole("button", { name: "Выйти везде" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Выйти везде" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  const left = await page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map((db) => db.name),
    caches: (await caches.keys()).filter((name) => !name.includes("precache")),
    cookie: document.cookie,
  }));
  expect(left).toEqual({ databases: [], caches: [], cookie: "" });
  await page.goto(at("/"));
  await expect(page).toHaveURL(/\/sign-in/);
});

test("profile, portrait and language are changed and stay", async ({ page, context }) => {
  await inLanguage(context, "ru");
  const person = await resident("dasha");
  await signIn(page, person);
  await page.goto(at("/me/profile"));
  await page.getByLabel("Как показывать").fill("Даша с маяка");
  await page.getByLabel("О себе").fill("Ловлю светлячков");
  await page.getByRole("combobox", { name: "Часовой пояс" }).fill("Omsk");
  await page.getByRole("option", { name: "Asia/Omsk" }).click();
  await page.getByRole("button", { name: "Сохранить", exact: true }).click();
  await expect(page.getByText("Сохранено")).toBeVisible();

  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: "me.png", mimeType: "image/png", buffer: png(320, 200) });
  const cut = page.getByRole("dialog", { name: "Как тебя увидят" });
  await cut.getByRole("application").press("ArrowRight");
  await cut.getByRole("slider").fill("2");
  await page.screenshot({ path: test.info().outputPath("crop.png") });
  await cut.getByRole("button", { name: "Сохранить портрет" }).click();
  await expect(cut).toBeHidden();
  await page.goto(at("/me"));
  await expect(page.getByText("Даша с маяка")).toBeVisible();
  await expect(page.getByText("Ловлю светлячков")).toBeVisible();
  const portrait = page.locator('main img[src*="/media/"]').first();
  await expect.poll(() => portrait.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Me", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.screenshot({ path: test.info().outputPath("me.png"), fullPage: true });
});

test("e-mail and password are changed with the password, and everything can be taken along", async ({
  page,
  context,
}) => {
  await inLanguage(context, "ru");
  const person = await resident("nina");
  await signIn(page, person);
  await page.goto(at("/me/account"));
  const fresh = `new-${person.email}`;
  await page.getByLabel("Новая почта").fill(fresh);
  await page.getByLabel("Пароль сейчас").nth(1).fill("wrong password here");
  await page.getByRole("button", { name: "Сменить почту" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Новая почта")).toHaveValue(fresh);
  await page.getByLabel("Пароль сейчас").nth(1).fill(person.password);
  await page.getByRole("button", { name: "Сменить почту" }).click();
  await expect(page.getByText(`Ссылка ушла на ${fresh}`)).toBeVisible();
  await page.goto(at(await linkFrom(fresh, "/email")));
  await expect(page.getByRole("heading", { name: "Новая почта теперь твоя" })).toBeVisible();

  await page.goto(at("/me/account"));
  await expect(page.getByText(fresh)).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Скачать" }).click();
  expect((await download).suggestedFilename()).toBe(`omenigen-${person.username}.json`);
});

test("an account is deleted only with its password", async ({ page, context }) => {
  await inLanguage(context, "ru");
  const person = await resident("ilya");
  await signIn(page, person);
  await page.goto(at("/me/account"));
  await page.getByRole("button", { name: "Удалить учётную запись" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Пароль сейчас").fill(person.password);
  await sheet.getByRole("button", { name: "Удалить навсегда" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.locator('input[autocomplete="username"]').fill(person.username);
  await page.locator('input[autocomplete="current-password"]').fill(person.password);
  await page.locator('button[type="submit"]').click();
  await expect(page.getByRole("alert")).toBeVisible();
});

test("a sheet closes by Esc and by a drag", async ({ page, context }) => {
  test.skip(!isPhone(), "sheets rise from below on phones");
  await inLanguage(context, "ru");
  await signIn(page, await resident("olya"));
  await page.goto(at("/me/sessions"));
  await page.getByRole("button", { name: "Выйти везде" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await page.getByRole("button", { name: "Выйти везде" }).click();
  await page.waitForTimeout(300);
  const box = await sheet.boundingBox();
  if (!box) throw new Error("the sheet has no place");
  await page.mouse.move(box.x + box.width / 2, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 160, { steps: 6 });
  await page.mouse.up();
  await expect(sheet).toBeHidden();
});

/** A real picture of two colours, written by hand: the server reads its bytes, not its name. */
function png(width: number, height: number): Buffer {
  const chunk = (name: string, body: Buffer) => {
    const head = Buffer.concat([Buffer.from(name, "ascii"), body]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc(head));
    return Buffer.concat([size, head, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.concat(
    Array.from({ length: height }, () =>
      Buffer.concat([
        Buffer.from([0]),
        ...Array.from({ length: width }, (_, x) => Buffer.from(x < width / 2 ? [119, 167, 229] : [253, 158, 61])),
      ]),
    ),
  );
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}
