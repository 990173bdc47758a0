import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Every text exists in both languages with the forms that its language needs, and every key in the code exists. */
const src = join(process.cwd(), "src");
const forms = { ru: ["one", "few", "many", "other"], en: ["one", "other"] } as const;
type Language = keyof typeof forms;
type Words = { [key: string]: string | Words };

const files = readdirSync(src, { recursive: true }).map(String);
const features = files.flatMap((name) => /^features\/([^/]+)\/i18n\/ru\.json$/.exec(name)?.[1] ?? []);
const folders = new Map([
  ["common", join(src, "shared/i18n")],
  ...features.map((name) => [name, join(src, "features", name, "i18n")] as const),
]);

function flatten(words: Words, path = ""): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "string" ? [[path + key, value] as const] : [...flatten(value, `${path}${key}.`)],
    ),
  );
}

const read = (feature: string, language: Language) =>
  flatten(JSON.parse(readFileSync(join(folders.get(feature) ?? "", `${language}.json`), "utf8")));

const PLURAL = /_(zero|one|two|few|many|other)$/;
/** Keys without their plural form; a key is plural when `_other` stands beside it. */
function stems(words: Map<string, string>): Set<string> {
  return new Set(
    [...words.keys()].map((key) => (words.has(key.replace(PLURAL, "_other")) ? key.replace(PLURAL, "") : key)),
  );
}
const holes = (text: string) => new Set([...text.matchAll(/{{\s*(\w+)/g)].map((found) => found[1]));

describe.each([...folders.keys()])("words of %s", (feature) => {
  const ru = read(feature, "ru");
  const en = read(feature, "en");

  it("has the same keys in both languages", () => {
    expect([...stems(ru)].sort()).toEqual([...stems(en)].sort());
  });

  it("has every plural form of its language", () => {
    for (const [language, words] of [
      ["ru", ru],
      ["en", en],
    ] as const) {
      for (const key of [...words.keys()].filter((key) => key.endsWith("_other"))) {
        const stem = key.replace(PLURAL, "");
        expect(forms[language].map((form) => `${stem}_${form}`).filter((form) => !words.has(form))).toEqual([]);
      }
    }
  });

  it("leaves no text empty and fills the same holes", () => {
    for (const [key, text] of ru) {
      expect(text.trim(), `ru ${key}`).not.toBe("");
      const other = en.get(key) ?? en.get(key.replace(PLURAL, "_other"));
      if (other === undefined) continue;
      const missing = [...holes(other)].filter((hole) => hole !== "count" && !holes(text).has(hole));
      expect(missing, `ru ${key} lacks what en says`).toEqual([]);
    }
    for (const [key, text] of en) expect(text.trim(), `en ${key}`).not.toBe("");
  });
});

describe("keys in the code", () => {
  const sources = files.filter((name) => /\.tsx?$/.test(name) && !/\.(test|d|gen)\.tsx?$/.test(name));
  const known = new Map([...folders.keys()].map((feature) => [feature, stems(read(feature, "ru"))]));

  /** `const t = useT("boards")` names the feature; then `t("rows", …)` or `` t(`kind.${kind}`) ``. */
  function wanted(text: string): { feature: string; key: string; begins: boolean }[] {
    const found: { feature: string; key: string; begins: boolean }[] = [];
    const add = (feature: string, quoted: string) => {
      const [begin = ""] = quoted.slice(1, -1).split("${");
      found.push({ feature, key: begin, begins: quoted.includes("${") });
    };
    const names = new Map<string, Set<string>>();
    for (const [, name, feature] of text.matchAll(/const (\w+) = useT\("([\w-]+)"\)/g)) {
      if (name && feature) names.set(name, (names.get(name) ?? new Set()).add(feature));
    }
    for (const [name, owners] of names) {
      // A file may bind one name to two features, in two components: either may own the key.
      for (const call of text.matchAll(new RegExp(`\\b${name}\\(\\s*("[^"]+"|\`[^\`]+\`)`, "g"))) {
        const feature = [...owners].find((owner) => exists(owner, call[1] ?? "")) ?? [...owners][0] ?? "";
        add(feature, call[1] ?? "");
      }
    }
    for (const call of text.matchAll(/translate\(\s*"([\w-]+)",\s*("[^"]+"|`[^`]+`)/g))
      add(call[1] ?? "", call[2] ?? "");
    return found;
  }

  function exists(feature: string, quoted: string): boolean {
    const keys = known.get(feature);
    const [begin = ""] = quoted.slice(1, -1).split("${");
    return quoted.includes("${") ? [...(keys ?? [])].some((key) => key.startsWith(begin)) : (keys?.has(begin) ?? false);
  }

  it.each(sources.map((name) => [name]))("%s", (name) => {
    const text = readFileSync(join(src, name), "utf8");
    const missing = wanted(text).filter(
      ({ feature, key, begins }) => !exists(feature, begins ? `"${key}\${"` : `"${key}"`),
    );
    expect(missing.map(({ feature, key }) => `${feature}:${key} in ${relative(src, join(src, name))}`)).toEqual([]);
  });
});
