/** Draws public/icons/*.png from the two SVGs beside them, with Chromium. Run after changing a drawing; results are committed. */
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const folder = "public/icons";
const wanted = [
  ["omenigen.svg", "192.png", 192],
  ["omenigen.svg", "512.png", 512],
  ["maskable.svg", "maskable-512.png", 512],
];

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();
for (const [svg, png, size] of wanted) {
  await page.setViewportSize({ width: size, height: size });
  const drawing = readFileSync(`${folder}/${svg}`, "utf8").replace("<svg", `<svg width="${size}" height="${size}"`);
  await page.setContent(`<style>body{margin:0;background:transparent}svg{display:block}</style>${drawing}`);
  await page.screenshot({ path: `${folder}/${png}`, omitBackground: true });
}
await browser.close();
