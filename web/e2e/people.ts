import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { running } from "./server";

export interface Person {
  username: string;
  email: string;
  password: string;
}

let count = 0;

export function newPerson(name: string): Person {
  count += 1;
  const username = `${name}${Date.now().toString(36)}${count}`;
  return { username, email: `${username}@example.org`, password: "seven blue lagfrogs sing" };
}

/** The newest letter to an address, as it lies in the mailbox folder; waits for it. */
export async function letterTo(email: string, wanted = /token=/): Promise<string> {
  const box = join(running().data, "mailbox");
  let found = "";
  await expect
    .poll(() => {
      const letters = safeList(box)
        .map((name) => readFileSync(join(box, name), "utf8"))
        .filter((letter) => letter.includes(email))
        .map(decode);
      found = letters.findLast((letter) => wanted.test(letter)) ?? "";
      return found;
    })
    .not.toBe("");
  return found;
}

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Our letters travel as 8bit text; a quoted-printable one is unfolded too. */
function decode(letter: string): string {
  if (!/^Content-Transfer-Encoding: quoted-printable/im.test(letter)) return letter;
  return letter
    .replace(/=\r?\n/g, "")
    .replace(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll("=", ""), "hex").toString("utf8"));
}

export async function linkFrom(email: string, path: string): Promise<string> {
  const letter = await letterTo(email, new RegExp(`${path}\\?token=`));
  const token = new RegExp(`${path}\\?token=([\\w.~-]+)`).exec(letter)?.[1];
  expect(token, "the letter carries a token").toBeTruthy();
  return `${path}?token=${token}`;
}

/**
 * Headers of a caller from an address of their own, as a proxy on this machine tells it: a hundred people who sign up
 * within minutes from one address are held back, and rightly.
 */
export function fromElsewhere(): Record<string, string> {
  const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
  return { Origin: running().url, "X-Forwarded-For": `10.${a}.${b}.${c}` };
}

const call = async (path: string, body: object) => {
  const response = await fetch(`${running().url}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...fromElsewhere() },
    body: JSON.stringify(body),
  });
  expect(response.ok, `${path} answered ${response.status}`).toBe(true);
};

/** Somebody with a confirmed account, made through the API: for tests that are about something else. */
export async function resident(name: string, locale: "ru" | "en" = "ru"): Promise<Person> {
  const person = newPerson(name);
  await call("/api/v1/auth/register", { ...person, locale });
  const link = await linkFrom(person.email, "/confirm");
  await call("/api/v1/auth/confirm", { token: new URL(link, running().url).searchParams.get("token") });
  return person;
}

export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto(`${running().url}/sign-in`);
  await page.locator('input[autocomplete="username"]').fill(person.username);
  await page.locator('input[autocomplete="current-password"]').fill(person.password);
  await page.locator('button[type="submit"]').click();
  await expect(page).toHaveURL(`${running().url}/`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/** The operator, made by the command line as the README says. */
export function makeOperator(): Person {
  const person = newPerson("starosta");
  execFileSync(
    resolve("../omenigen"),
    ["operator", "create", "--email", person.email, "--username", person.username, "--password-stdin"],
    { input: person.password, env: { ...process.env, DATA: running().data } },
  );
  return person;
}

/** A key of an external game, as `./omenigen keys create` prints it. */
export function makeKey(name: string): string {
  return execFileSync(resolve("../omenigen"), ["keys", "create", "--name", name, "--trust", "server", "--quiet"], {
    env: { ...process.env, DATA: running().data },
    encoding: "utf8",
  }).trim();
}

export const isPhone = () => test.info().project.name === "phone";

export async function inLanguage(
  context: BrowserContext,
  language: "ru" | "en",
  scheme?: "light" | "dark",
): Promise<void> {
  await context.addInitScript(
    ([chosen, theme]) => {
      localStorage.setItem("om-language", chosen);
      if (theme) localStorage.setItem("om-scheme", theme);
    },
    [language, scheme ?? ""] as const,
  );
}
