import i18next, { type TFunction } from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

export const LANGUAGES = ["ru", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * Words of one language: feature → its JSON; without `only`, those that the first page may need. The app supplies the
 * loader, since only it may see every feature.
 */
export type LoadWords = (language: Language, only?: readonly string[]) => Promise<Record<string, object>>;

const REMEMBERED = "om-language";
let loadWords: LoadWords;
/** Features that brought their words after the start. */
const later = new Set<string>();

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language);
}

/** The language of the page now; before i18next starts, what first-paint.js wrote on <html>. */
export function language(): Language {
  const now = i18next.language ?? document.documentElement.lang;
  return isLanguage(now) ? now : "en";
}

export async function startWords(load: LoadWords): Promise<void> {
  loadWords = load;
  const first = isLanguage(document.documentElement.lang) ? document.documentElement.lang : "en";
  await i18next.use(initReactI18next).init({
    lng: first,
    fallbackLng: false,
    resources: { [first]: await load(first) },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

/** Switch the interface at once; the choice is remembered on this device. */
export async function setLanguage(next: Language): Promise<void> {
  if (next === i18next.language) return;
  const [words, more] = await Promise.all([loadWords(next), loadWords(next, [...later])]);
  keep(next, { ...words, ...more });
  await i18next.changeLanguage(next);
  document.documentElement.lang = next;
  document.querySelector<HTMLLinkElement>('link[rel="manifest"]')?.setAttribute("href", `/${next}.webmanifest`);
  try {
    localStorage.setItem(REMEMBERED, next);
  } catch {
    // Storage is closed in some private windows; the choice then lasts as long as the page.
  }
}

/** Have the words of a feature before its page is shown; at once when they are here. */
export async function ensureWords(feature: string): Promise<void> {
  if (i18next.hasResourceBundle(i18next.language, feature)) return;
  later.add(feature);
  keep(language(), await loadWords(language(), [feature]));
}

function keep(language: Language, words: Record<string, object>): void {
  for (const [feature, texts] of Object.entries(words)) i18next.addResourceBundle(language, feature, texts, true, true);
}

/** Words of one feature ("common" for shared ones): `const t = useT("accounts"); t("signIn.title")`. */
export function useT(feature: string): TFunction {
  return useTranslation(feature).t;
}

/** The same outside components: toasts, titles, errors. */
export function translate(feature: string, key: string, params?: Record<string, unknown>): string {
  return i18next.t(key, { ns: feature, ...params });
}

/** Whether a text exists in the current language: for keys that come from the server. */
export function hasText(feature: string, key: string): boolean {
  return i18next.exists(key, { ns: feature });
}
