import { expect, test } from "@playwright/test";
import { inLanguage, linkFrom, newPerson, resident, signIn } from "./people";
import { running } from "./server";

test.beforeEach(async ({ context }) => inLanguage(context, "ru"));

const at = (path: string) => running().url + path;

test("from the first field to Today, by the letter", async ({ page }) => {
  const person = newPerson("vera");
  await page.goto(at("/"));
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByRole("link", { name: "Я здесь впервые" }).click();
  await page.getByLabel("Имя").fill(person.username);
  await page.getByLabel("Почта").fill(person.email);
  await page.getByLabel("Пароль", { exact: true }).fill("короткий");
  await expect(page.getByText("Такой подберут быстро")).toBeVisible();
  await page.getByLabel("Пароль", { exact: true }).fill(person.password);
  await expect(page.getByText("Крепкий")).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("sign-up.png") });
  await page.getByRole("button", { name: "Дальше, к письму" }).click();

  await expect(page.getByRole("heading", { name: "Письмо в пути" })).toBeVisible();
  await expect(page.getByText(person.email)).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("letter.png") });

  await page.goto(at(await linkFrom(person.email, "/confirm")));
  await expect(page.getByRole("heading", { name: `Добро пожаловать, ${person.username}` })).toBeVisible();
  await page.getByRole("link", { name: "Войти" }).click();
  await page.getByLabel("Имя или почта").fill(person.email);
  await page.getByLabel("Пароль", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Войти" }).click();

  await expect(page).toHaveURL(at("/"));
  await expect(page.getByRole("heading", { level: 1 })).toContainText(person.username);
  await expect(page.getByText("Что произошло")).toBeVisible();
  await expect(page.getByText("Вход", { exact: true })).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("today.png") });
});

test("opening the letter's link twice says what to do, and a link scanner confirms nothing", async ({
  page,
  request,
}) => {
  const person = newPerson("lev");
  await request.post(at("/api/v1/auth/register"), {
    data: { ...person, locale: "ru" },
    headers: { Origin: running().url },
  });
  const link = await linkFrom(person.email, "/confirm");
  expect((await request.get(at(link))).ok()).toBe(true);
  await page.goto(at(link));
  await expect(page.getByRole("heading", { name: /Добро пожаловать/ })).toBeVisible();
  await page.goto(at("/confirm?token=nobody-made-this-token"));
  await expect(page.getByRole("heading", { name: "Дверь не открылась" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Прислать новую ссылку" })).toBeVisible();
});

test("a wrong password is said in words and loses nothing", async ({ page }) => {
  const person = await resident("dasha");
  await page.goto(at("/sign-in"));
  await page.getByLabel("Имя или почта").fill(person.username);
  await page.getByLabel("Пароль", { exact: true }).fill("not this one at all");
  await page.getByRole("button", { name: "Войти" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("alert")).not.toContainText("accounts.");
  await expect(page.getByLabel("Имя или почта")).toHaveValue(person.username);
  await page.reload();
  await expect(page.getByLabel("Имя или почта")).toHaveValue(person.username);
});

test("what is wrong with a form is said at its fields, before the server is asked", async ({ page }) => {
  await page.goto(at("/sign-up"));
  await page.getByLabel("Имя").fill("в");
  await page.getByLabel("Почта").fill("это не почта");
  await page.getByRole("button", { name: "Дальше, к письму" }).click();
  await expect(page.getByText("Нужны хотя бы три знака")).toBeVisible();
  await expect(page.getByText("Это не похоже на почту")).toBeVisible();
  await expect(page.getByLabel("Имя")).toBeFocused();
});

test("a forgotten password is changed by a letter", async ({ page }) => {
  const person = await resident("nina");
  await page.goto(at("/sign-in"));
  await page.getByRole("link", { name: "Не помню пароль" }).click();
  await page.getByLabel("Почта").fill(person.email);
  await page.getByRole("button", { name: "Прислать ссылку" }).click();
  await expect(page.getByRole("heading", { name: "Посмотри почту" })).toBeVisible();
  await page.goto(at(await linkFrom(person.email, "/reset")));
  const password = "nine quiet whales at dawn";
  await page.getByLabel("Новый пароль").fill(password);
  await page.getByRole("button", { name: "Сохранить пароль" }).click();
  await expect(page.getByRole("heading", { name: "Пароль сменён" })).toBeVisible();
  await signIn(page, { ...person, password });
});

test("language and theme change at once and are remembered", async ({ page }) => {
  await page.goto(at("/sign-in"));
  await page.getByRole("button", { name: "Switch to English" }).click();
  await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(paper).toBe("rgb(18, 20, 25)");
  const scheme = await page.evaluate(() => localStorage.getItem("om-scheme"));
  expect(scheme).toBe("dark");
});
