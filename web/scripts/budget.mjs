/**
 * Sizes that the app promises, gzipped: first route ≤ 190 kB of script and ≤ 20 kB of styles, any other route ≤ 60 kB
 * on top of it, pages with charts excepted. Reads dist/; exits with 1 when a promise is broken.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMITS = { firstScript: 190, firstStyle: 20, route: 60 };
const dist = "dist";
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
const size = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1000;

/** Everything that a chunk pulls in before it can run. */
function reach(key, seen = new Set()) {
  if (seen.has(key) || !manifest[key]) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) reach(next, seen);
  return seen;
}

const files = (keys) => new Set([...keys].map((key) => manifest[key].file));
const styles = (keys) => new Set([...keys].flatMap((key) => manifest[key].css ?? []));
const sum = (names) => [...names].reduce((total, name) => total + size(name), 0);

const isRoute = (key) =>
  /^src\/pages\/[^-].*tsr-split=component/.test(key) || /^src\/pages\/[^-].*\?tsr-split/.test(key);
const routes = Object.keys(manifest).filter((key) => isRoute(key) && key.includes("split=component"));
const entry = reach("index.html");
const today = routes.find((key) => key.startsWith("src/pages/index.tsx"));
const words = Object.keys(manifest).filter((key) => /words-ru/.test(key));
const first = new Set([...entry, ...(today ? reach(today) : []), ...words.flatMap((key) => [...reach(key)])]);
const firstFiles = files(first);
const firstStyles = styles(first);

const lines = [];
let broken = false;
function judge(name, kilobytes, limit) {
  const over = limit !== null && kilobytes > limit;
  broken ||= over;
  lines.push(
    `${over ? "OVER " : "ok   "} ${name.padEnd(34)} ${kilobytes.toFixed(1).padStart(7)} kB gz${limit === null ? "" : ` of ${limit}`}`,
  );
}

judge("first route, script", sum(firstFiles), LIMITS.firstScript);
// The live engine and its database come after the first paint, in one tab.
const engine = Object.keys(manifest).filter((key) => /src\/shared\/live\/(base|engine)\.ts/.test(key));
judge(
  "after the first paint: live",
  sum([...files(engine.flatMap((key) => [...reach(key)]))].filter((file) => !firstFiles.has(file))),
  null,
);
const drawings = Object.keys(manifest).filter((key) => /achievements\/ui\/NextAchievements\.tsx/.test(key));
judge(
  "after the first paint: badges",
  sum([...files(drawings.flatMap((key) => [...reach(key)]))].filter((file) => !firstFiles.has(file))),
  null,
);
judge("first route, styles", sum(firstStyles), LIMITS.firstStyle);
for (const key of routes.filter((key) => key !== today)) {
  const all = reach(key);
  const own = [...files(all)].filter((file) => !firstFiles.has(file));
  const charts = [...all].some((part) => /recharts/i.test(part) || /recharts|Chart/.test(manifest[part].name ?? ""));
  const name = key.replace(/^src\/pages\//, "").replace(/\.tsx.*$/, "");
  judge(charts ? `${name} (charts)` : name, sum(own), charts ? null : LIMITS.route);
}
console.log(lines.join("\n"));
process.exit(broken ? 1 : 0);
