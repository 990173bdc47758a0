/**
 * Import fences, from the folder list: app > pages > features > shared; a feature never imports another feature.
 * Exits with 1 and names every crossing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const src = resolve("src");
const floors = ["shared", "features", "pages", "app"];
const imports =
  /(?:import|export)\s[^'"]*?from\s*["']([^"']+)["']|import\s*\(\s*["']([^"']+)["']\s*\)|import\s+["']([^"']+)["']/g;

const files = readdirSync(src, { recursive: true })
  .map((name) => join(src, String(name)))
  .filter((file) => /\.(ts|tsx)$/.test(file) && !file.endsWith(".d.ts") && !file.endsWith(".gen.ts"));

function place(file) {
  const [floor, feature] = relative(src, file).split(sep);
  return { floor: floors.indexOf(floor), feature: floor === "features" ? feature : undefined };
}

const crossings = [];
for (const file of files) {
  const from = place(file);
  if (from.floor < 0) continue;
  for (const match of readFileSync(file, "utf8").matchAll(imports)) {
    const wanted = match[1] ?? match[2] ?? match[3];
    const target = wanted.startsWith("@/")
      ? join(src, wanted.slice(2))
      : wanted.startsWith(".")
        ? resolve(dirname(file), wanted)
        : null;
    if (!target?.startsWith(src)) continue;
    const to = place(target);
    if (to.floor > from.floor) crossings.push(`${relative(".", file)} reaches up to ${wanted}`);
    if (from.feature && to.feature && from.feature !== to.feature) {
      crossings.push(
        `${relative(".", file)} reaches into the feature ${to.feature} (${wanted}); compose them in a page`,
      );
    }
  }
}
if (crossings.length > 0) {
  console.error(crossings.join("\n"));
  process.exit(1);
}
console.log(`fences: ${files.length} files, none crossed`);
