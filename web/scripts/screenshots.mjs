// Takes the README's pictures from a running house:
//   BASE=http://localhost:8000 LOGIN=vera PASSWORD=… node scripts/screenshots.mjs
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const base = process.env.BASE ?? "http://localhost:8000";
const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const shots = [
  ["today", "/", "phone", "light"],
  ["achievements", "/achievements", "phone", "dark"],
  ["why", "/achievements?badge=steady", "phone", "light"],
  ["stats", "/stats", "phone", "light"],
  ["today", "/", "desktop", "light"],
  ["achievements", "/achievements", "desktop", "light"],
];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const door = await browser.newContext();
const login = await door.request.post(`${base}/api/v1/auth/login`, {
  data: { login: process.env.LOGIN, password: process.env.PASSWORD },
  headers: { Origin: base },
});
if (!login.ok()) throw new Error(`${process.env.LOGIN} could not sign in: ${login.status()}`);
const storageState = await door.storageState();
for (const lang of ["ru", "en"]) {
  for (const [name, path, size, colorScheme] of shots) {
    const context = await browser.newContext({ viewport: sizes[size], colorScheme, locale: lang, storageState });
    const page = await context.newPage();
    await page.goto(base + path);
    await page.waitForLoadState("networkidle");
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `${folder}${name}-${size}-${colorScheme}-${lang}.png` });
    await context.close();
  }
}
await browser.close();
