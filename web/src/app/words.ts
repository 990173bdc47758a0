import type { Language, LoadWords } from "@/shared/i18n/i18n";

const features = import.meta.glob<object>("../features/*/i18n/*.json", { import: "default" });
const common = import.meta.glob<object>("../shared/i18n/*.json", { import: "default" });

/** Features whose pages few people open: their words come with the page (see pages/__root.tsx), not with the first. */
const LATER = ["builder", "operator"];

const featureOf = (path: string) => /features\/([^/]+)\//.exec(path)?.[1] ?? "common";

/** Words in one language: of the features named, or of all that the first page may need (one chunk per language). */
export const loadWords: LoadWords = async (language: Language, only?: readonly string[]) => {
  const wanted = Object.entries({ ...features, ...common }).filter(([path]) => {
    const feature = featureOf(path);
    return path.endsWith(`/${language}.json`) && (only ? only.includes(feature) : !LATER.includes(feature));
  });
  return Object.fromEntries(
    await Promise.all(wanted.map(async ([path, load]) => [featureOf(path), await load()] as const)),
  );
};
