import type { LoadWords } from "@/shared/i18n/i18n";

const features = import.meta.glob<object>("../features/*/i18n/*.json", { import: "default" });
const common = import.meta.glob<object>("../shared/i18n/*.json", { import: "default" });

/** Words of every feature in one language; the build puts them into one chunk per language. */
export const loadAllWords: LoadWords = async (language) => {
  const wanted = Object.entries({ ...features, ...common }).filter(([path]) => path.endsWith(`/${language}.json`));
  const loaded = await Promise.all(
    wanted.map(async ([path, load]) => [/features\/([^/]+)\//.exec(path)?.[1] ?? "common", await load()] as const),
  );
  return Object.fromEntries(loaded);
};
