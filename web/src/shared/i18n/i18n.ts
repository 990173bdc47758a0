import i18next, { type TFunction } from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

export const LANGUAGES = ["ru", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Words of one language: feature → its JSON. The app supplies the loader, since only it may see every feature. */
export type LoadWords = (language: Language) => Promise<Record<string, object>>;

const REMEMBERED = "om-language";
let loadWords: LoadWords;

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
  for (const [feature, words] of Object.entries(await loadWords(next))) {
    i18next.addResourceBundle(next, feature, words, true, true);
  }
  await i18next.changeLanguage(next);
  document.documentElement.lang = next;
  document.querySelector<HTMLLinkElement>('link[rel="manifest"]')?.setAttribute("href", `/${next}.webmanifest`);
  try {
    localStorage.setItem(REMEMBERED, next);
  } catch {
    // Storage is closed in some private windows; the choice then lasts as long as the page.
  }
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
