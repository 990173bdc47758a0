import { useTranslation } from "react-i18next";
import { isLanguage, type Language } from "./i18n";

type Moment = string | number | Date;

export interface Formats {
  number(value: number): string;
  percent(share: number): string;
  /** «21 июля», with the year only when it is another one. */
  day(at: Moment): string;
  weekday(at: Moment): string;
  time(at: Moment): string;
  /** With seconds, for logs. */
  clock(at: Moment): string;
  dateTime(at: Moment): string;
  /** «3 часа назад», «вчера», later than a week the day. */
  ago(at: Moment, now?: Date): string;
}

const locales: Record<Language, string> = { ru: "ru-RU", en: "en-GB" };
const made = new Map<Language, Formats>();

/** Dates and numbers in a language; formatters are costly to build and are made once. */
export function formatsOf(language: Language): Formats {
  const known = made.get(language);
  if (known) return known;
  const locale = locales[language];
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
  const dayAndYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const formats: Formats = {
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    day: (at) => (new Date(at).getFullYear() === new Date().getFullYear() ? day : dayAndYear).format(new Date(at)),
    weekday: (at) => weekday.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    clock: (at) => clock.format(new Date(at)),
    dateTime: (at) => `${formats.day(at)}, ${formats.time(at)}`,
    ago: (at, now = new Date()) => {
      const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
      const past = Math.abs(seconds);
      if (past < 45) return relative.format(0, "second");
      if (past < 2700) return relative.format(Math.round(seconds / 60), "minute");
      if (past < 79_200) return relative.format(Math.round(seconds / 3600), "hour");
      if (past < 604_800) return relative.format(Math.round(seconds / 86_400), "day");
      return formats.day(at);
    },
  };
  made.set(language, formats);
  return formats;
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return formatsOf(isLanguage(i18n.language) ? i18n.language : "en");
}
