/** Notices, shaped for a list by day. */
import type { components } from "@/shared/api/schema";
import type { Language } from "@/shared/i18n/i18n";

export type NoticePage = components["schemas"]["NoticesOut"];
export type Notice = components["schemas"]["NoticeOut"];

/** What the live stream carries under `notice/<id>`: both languages, since a stream does not know its reader. */
export interface LiveNotice extends Omit<Notice, "title" | "text"> {
  readonly title: Readonly<Record<Language, string>>;
  readonly text: Readonly<Record<Language, string>>;
}

export function inLanguage(notice: LiveNotice, language: Language): Notice {
  return { ...notice, title: notice.title[language], text: notice.text[language] };
}

export interface NoticeDay {
  /** `YYYY-MM-DD` by this device's clock. */
  readonly day: string;
  readonly notices: readonly Notice[];
}

/** Newest day first, newest notice first inside it. */
export function byDay(notices: readonly Notice[]): readonly NoticeDay[] {
  const days = new Map<string, Notice[]>();
  for (const notice of notices.toSorted((one, other) => other.id - one.id)) {
    const day = dayOf(notice.at);
    days.set(day, [...(days.get(day) ?? []), notice]);
  }
  return [...days]
    .map(([day, of]) => ({ day, notices: of }))
    .toSorted((one, other) => other.day.localeCompare(one.day));
}

/** The newest unread one: telling the server about it reads all older ones too. */
export function newestUnread(notices: readonly Notice[]): number | null {
  const ids = notices.filter((notice) => notice.read_at === null).map((notice) => notice.id);
  return ids.length > 0 ? Math.max(...ids) : null;
}

/** Count on the bell; above 99 it stops counting. */
export function bellCount(unread: number): string | null {
  if (unread <= 0) return null;
  return unread > 99 ? "99+" : String(unread);
}

/** Where a notice leads. */
export function targetOf(notice: Notice): string | null {
  switch (notice.kind) {
    case "achievement_unlocked": {
      const items = notice.params.items;
      const first: unknown = Array.isArray(items) ? items[0] : null;
      const code = first && typeof first === "object" && "code" in first ? first.code : null;
      return typeof code === "string" ? `/achievements?badge=${encodeURIComponent(code)}` : "/achievements";
    }
    case "level_reached":
      return "/stats";
    case "new_device":
    case "password_changed":
      return "/me/sessions";
    case "key_issued":
      return "/builder";
    default:
      return null;
  }
}

function dayOf(at: string): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}
