import { expect, test } from "@playwright/test";
import { inLanguage, resident, signIn } from "./people";
import { running } from "./server";

const at = (path: string) => running().url + path;

interface Manifest {
  id: string;
  name: string;
  short_name: string;
  start_url: string;
  display: string;
  lang: string;
  theme_color: string;
  background_color: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
}

for (const language of ["ru", "en"] as const) {
  test(`the ${language} manifest makes the app installable`, async ({ page, context, request }) => {
    await inLanguage(context, language);
    await page.goto(at("/sign-in"));
    await expect(page.locator('link[rel="manifest"]')).toHaveAttribute("href", `/${language}.webmanifest`);
    const manifest = (await (await request.get(at(`/${language}.webmanifest`))).json()) as Manifest;
    expect(manifest).toMatchObject({ id: "/", start_url: "/", display: "standalone", lang: language });
    expect(manifest.name.length).toBeGreaterThan(3);
    for (const purpose of ["any", "maskable"]) {
      expect(manifest.icons.some((icon) => icon.purpose === purpose && icon.sizes === "512x512")).toBe(true);
    }
    for (const icon of manifest.icons.filter((one) => one.type === "image/png")) {
      const [width, height] = size(await (await request.get(at(icon.src))).body());
      expect(`${width}x${height}`).toBe(icon.sizes);
    }
    const client = await context.newCDPSession(page);
    const { errors } = await client.send("Page.getAppManifest");
    expect(errors).toEqual([]);
  });
}

test("without a network the shell opens and shows what was saved", async ({ page, context }) => {
  await inLanguage(context, "ru");
  const person = await resident("vera");
  await signIn(page, person);
  await expect(page.getByText("Вход", { exact: true })).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state ?? "none")).toBe("activated");
  // Saved reads are written at most once a second.
  await page.waitForTimeout(1_500);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(person.username);
  await expect(page.getByText("Вход", { exact: true })).toBeVisible();
  await expect(page.getByText("Нет связи. Показываем то, что сохранено")).toBeVisible();
  await page.goto(at("/me"));
  await expect(page.getByText(`@${person.username}`)).toBeVisible();
  await page.screenshot({ path: test.info().outputPath("offline.png") });
  await context.setOffline(false);
  await expect(page.getByText("Нет связи. Показываем то, что сохранено")).toBeHidden();
});

test("the page's own policy blocks nothing that the app does", async ({ page, context }) => {
  await inLanguage(context, "ru");
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
  });
  await signIn(page, await resident("lev"));
  for (const path of ["/achievements", "/stats", "/boards", "/me/profile"]) {
    await page.goto(at(path));
    await page.waitForLoadState("networkidle");
  }
  expect(complaints).toEqual([]);
});

function size(png: Buffer): [number, number] {
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}
