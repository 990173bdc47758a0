import { hasText, translate } from "@/shared/i18n/i18n";

/** A type of event in words: ours by name, a game's own by its code made readable. */
export function eventTypeName(code: string): string {
  const key = `type.${code}`;
  if (hasText("achievements", key)) return translate("achievements", key);
  const words = code.replaceAll(/[._-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
