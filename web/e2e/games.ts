import { expect, type Page } from "@playwright/test";
import { fromElsewhere, linkFrom, makeKey, makeOperator, newPerson, type Person, signIn } from "./people";
import { running } from "./server";

export interface Player extends Person {
  id: number;
  key: string;
}

let key: string | null = null;

/** Somebody whom an external game brought along; they have not signed up here. */
export async function stranger(name: string): Promise<Player> {
  key ??= makeKey(`game${Date.now().toString(36)}`);
  const person = newPerson(name);
  const made = await post("/api/v1/users/", { username: person.username, email: person.email }, key);
  return { ...person, id: ((await made.json()) as { id: number }).id, key };
}

/** A game's player who then signed up here with the same address, and who is now signed in on the page. */
export async function player(page: Page, name: string, locale: "ru" | "en" = "ru"): Promise<Player> {
  const person = await stranger(name);
  const { username, email, password } = person;
  await post("/api/v1/auth/register", { username, email, password, locale });
  const link = await linkFrom(email, "/confirm");
  await post("/api/v1/auth/confirm", { token: new URL(link, running().url).searchParams.get("token") });
  await signIn(page, person);
  return person;
}

let operator: string | null = null;

/** The operator stands up for a game that a player connected: its word counts in full from now on. */
export async function vouch(source: number): Promise<void> {
  operator ??= await operatorToken();
  const response = await fetch(`${running().url}/api/v1/operator/games/${source}/voucher`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${operator}` },
  });
  expect(response.ok, `voucher answered ${response.status}`).toBe(true);
}

async function operatorToken(): Promise<string> {
  const { username, password } = makeOperator();
  const signedIn = await post("/api/v1/auth/login", { login: username, password });
  return ((await signedIn.json()) as { access_token: string }).access_token;
}

/** The game says that something happened. */
export async function event({ id, key }: Player, type: string, more: object = {}): Promise<void> {
  await post("/api/v1/event/", { user_id: id, event_type: type, details: null, ...more }, key);
}

async function post(path: string, body: object, apiKey?: string): Promise<Response> {
  const response = await fetch(`${running().url}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(apiKey ? { "X-API-Key": apiKey } : fromElsewhere()) },
    body: JSON.stringify(body),
  });
  expect(response.ok, `${path} answered ${response.status}`).toBe(true);
  return response;
}

/** Leave a mark that a reload would wipe. */
export async function watchReloads(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.body.dataset.openSince = "here";
  });
}

export async function stillOpen(page: Page): Promise<void> {
  await expect(page.locator("body")).toHaveAttribute("data-open-since", "here");
}
